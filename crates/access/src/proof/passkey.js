// Asks the browser for a passkey when a form with `data-passkey` is sent, puts
// the answer into the form and sends it on.

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  const says = document.createElement("p");
  says.setAttribute("role", "status");
  form.append(says);
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    try {
      form.elements.credential.value = JSON.stringify(await ask(form.dataset));
      form.submit();
    } catch {
      says.textContent = "The browser gave no passkey. Try again, or use your code.";
    }
  });
});

async function ask({ passkey, options }) {
  const { publicKey } = JSON.parse(options);
  const answer =
    passkey === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
        });
  return answer.toJSON();
}
