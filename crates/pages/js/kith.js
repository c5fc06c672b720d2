// What Kith adds in the browser. Every page and form works without it: this
// only saves waits, keystrokes and lost words.

const SAVE_EVERY_MS = 5000;
const WARN_BEFORE_S = 120;

export function startKith() {
  document.querySelectorAll("form[data-autosave]").forEach(keepDraft);
  document.querySelectorAll("[data-copy]").forEach(copyOnPress);
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.addEventListener("click", () => window.print());
  });
  document.addEventListener("keydown", onKey);
  // What must be looked at before anything is sent is heard first.
  document.querySelector("[data-look]")?.focus();
  if (document.body.dataset.timeout) watchSession(document.body.dataset);
}

// Only keys held with Ctrl (or Cmd) or Alt: single letters belong to screen
// readers and to speech control. Alt follows the link that names the key.
function onKey(event) {
  if (event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const letter = event.code.replace(/^Key/, "");
    const link = document.querySelector(`a[aria-keyshortcuts="Alt+${CSS.escape(letter)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (event.key === "Enter") {
    const form = document.activeElement?.closest("form");
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
  } else if (event.key.toLowerCase() === "k") {
    const search = document.getElementById("search-field");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
}

// Posts the form to its draft address while it changes, and says when it was
// saved. A draft that could not be sent is tried again with the next change.
function keepDraft(form) {
  const says = document.createElement("p");
  says.className = "kith-saved";
  says.setAttribute("role", "status");
  form.append(says);
  // A password or a file is never part of a draft.
  const secret = (name) => form.querySelector(`[type="password"][name="${CSS.escape(name)}"]`);
  const fields = () => {
    const typed = [...new FormData(form)];
    const kept = typed.filter(([name, value]) => typeof value === "string" && !secret(name));
    return new URLSearchParams(kept).toString();
  };
  let saved = fields();
  let sent = false;
  const save = async () => {
    const now = fields();
    if (sent || now === saved) return;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams(now),
        credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      saved = now;
      reachedServer();
      says.textContent = `Draft saved ${clock(new Date())}`;
    } catch {
      says.textContent = "Draft not saved yet. It stays on this page and will be tried again.";
    }
  };
  const timer = setInterval(save, SAVE_EVERY_MS);
  form.addEventListener("submit", () => {
    sent = true;
    clearInterval(timer);
  });
}

function clock(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function copyOnPress(button) {
  button.addEventListener("click", async () => {
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Could not copy: select the text instead";
    }
    setTimeout(() => {
      button.textContent = words;
    }, 3000);
  });
}

// Two minutes before the session ends a dialog asks whether to stay. It is a
// real dialog: it takes the focus, Escape stays, and it is read out. Whatever
// reaches the server in one tab keeps the session for the others too.
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("kith-session") : null;
let reachedServer = () => {};

function watchSession(settings) {
  const lasts = Number(settings.timeout) * 1000;
  let ends = Date.now() + lasts;
  const renew = () => {
    ends = Date.now() + lasts;
  };
  reachedServer = () => {
    renew();
    tabs?.postMessage("here");
  };
  tabs?.addEventListener("message", renew);
  reachedServer();
  const { dialog, left } = sessionDialog(async () => {
    const token = document.querySelector('input[name="csrf"]')?.value ?? "";
    try {
      const answer = await fetch(settings.timeoutStay, {
        method: "POST",
        body: new URLSearchParams({ csrf: token }),
        credentials: "same-origin",
      });
      if (answer.ok) reachedServer();
    } catch {
      // Offline: the session may still end; the next tick says so.
    }
  });
  const clock = setInterval(() => {
    const seconds = Math.round((ends - Date.now()) / 1000);
    if (seconds <= 0) {
      // Once: asked again, a slow connection would begin anew each second.
      clearInterval(clock);
      // Signed in again one is back on this page, where the draft is.
      const back = encodeURIComponent(window.location.pathname);
      window.location.assign(`${settings.timeoutEnded}?back=${back}`);
    } else if (seconds <= WARN_BEFORE_S) {
      const minutes = Math.ceil(seconds / 60);
      const words = minutes === 1 ? "1 minute" : `${minutes} minutes`;
      if (left.textContent !== words) left.textContent = words;
      if (!dialog.open) dialog.showModal();
    } else if (dialog.open) {
      dialog.close();
    }
  }, 1000);
}

function sessionDialog(stay) {
  const dialog = document.createElement("dialog");
  dialog.className = "kith-dialog";
  dialog.setAttribute("aria-labelledby", "kith-session-title");
  const title = document.createElement("h2");
  title.id = "kith-session-title";
  title.className = "nhsuk-heading-m";
  title.textContent = "You will be signed out soon";
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  const left = document.createElement("strong");
  words.append("For safety you will be signed out in ", left, ".");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "nhsuk-button";
  button.textContent = "Stay signed in";
  dialog.append(title, words, button);
  document.body.append(dialog);
  const close = async () => {
    await stay();
    dialog.close();
  };
  button.addEventListener("click", close);
  dialog.addEventListener("cancel", close);
  return { dialog, left };
}
