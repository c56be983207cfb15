// [data-try]: asks an interface with what the form holds, as whoever is signed in, and shows the answer.
"use strict";

document.querySelectorAll("[data-try]").forEach((form) => {
  const answer = form.parentElement.querySelector("[data-answer]");
  const part = (name) => answer.querySelector(`[data-${name}]`);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let address = form.dataset.address;
    const query = new URLSearchParams();
    const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
    let body = null;
    form.querySelectorAll("[data-in]").forEach((field) => {
      if (field.dataset.in === "path") address = address.replace(`{${field.name}}`, encodeURIComponent(field.value));
      else if (field.dataset.in === "body") body = field.value;
      else if (field.value === "") return;
      else if (field.dataset.in === "header") headers[field.name] = field.value.replace(/[^\x20-\x7e]+/g, encodeURIComponent);
      else query.set(field.name, field.value);
    });
    if (query.size) address += `?${query}`;
    if (body !== null) headers["Content-Type"] = "application/json";
    const began = performance.now();
    answer.hidden = false;
    part("asked").textContent = `${form.dataset.method} ${address}`;
    try {
      const found = await fetch(address, { method: form.dataset.method, headers, body });
      const text = await found.text();
      part("status").textContent = `${found.status} ${found.statusText}`;
      part("took").textContent = `${Math.round(performance.now() - began)} ms`;
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* no JSON: as it came */ }
      part("body").textContent = shown.length > 200000 ? `${shown.slice(0, 200000)}…` : shown;
    } catch {
      part("status").textContent = "";
      part("took").textContent = "";
      part("body").textContent = form.dataset.failed;
    }
    part("body").focus();
  });
});
