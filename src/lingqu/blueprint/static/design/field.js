// A field of a form is checked as it is typed; what is wrong stands at its place. Without this script it is checked when kept.
"use strict";

(() => {
  const form = document.querySelector("form[data-check]");
  let waiting = 0, asked = 0;
  const check = async () => {
    const mine = (asked += 1);
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (!answer.ok || mine !== asked) return;
    const { faults } = await answer.json();
    form.querySelectorAll(".fault").forEach((place) => {
      const name = place.id.replace("-fault", ""), fault = faults[name];
      place.textContent = fault ? fault.words : "";
      place.classList.toggle("only", fault?.severity === "warning");
      place.closest(".field").classList.toggle("wrong", fault?.severity === "error");
      form.elements[name]?.toggleAttribute("aria-invalid", fault?.severity === "error");
    });
    form.dataset.checked = mine;
  };
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(check, 400); });
})();
