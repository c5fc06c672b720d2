"""A browser that is signed in to the demonstration as somebody made up."""

import http.cookiejar
import re
import sys
import urllib.parse
import urllib.request


def fields_of(form):
    """Every hidden field, and the first choice of each group."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        parts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if parts.get("type") in ("hidden", "radio", "checkbox") and "name" in parts:
            fields.setdefault(parts["name"], parts.get("value", ""))
    return fields


class Browser:
    """One session."""

    def __init__(self, origin, name):
        self.origin, self.jar = origin, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        for form in re.findall(r"<form.*?</form>", self.page("/demo"), re.S):
            if f">Sign in as {name}<" in re.sub(r">\s+|\s+<", lambda found: found.group().strip(), form):
                body = urllib.parse.urlencode(fields_of(form)).encode()
                self.opener.open(urllib.request.Request(f"{origin}/demo", body, {"Origin": origin}))
                return
        sys.exit(f"bench: nobody called {name} can be signed in as")

    @staticmethod
    def names(origin, role):
        """Who has a role, as the page of the demonstration says."""
        page = urllib.request.urlopen(f"{origin}/demo").read().decode()
        rows = re.findall(r"<tr.*?</tr>", page, re.S)
        return [re.search(r"Sign in as ([^<]+?)\s*<", row).group(1) for row in rows if re.search(rf">\s*{role}\s*[<:,]", row)]

    def page(self, path):
        return self.opener.open(self.origin + path).read().decode()

    def cookies(self):
        return "; ".join(f"{one.name}={one.value}" for one in self.jar)
