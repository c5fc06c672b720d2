// Runs before the page shows: says that scripts work, so that what needs one
// may appear and what replaces it may hide.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("nhsuk-frontend-supported");
}
