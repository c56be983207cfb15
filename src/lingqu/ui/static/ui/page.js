// Small enhancements; every page works without them.
"use strict";

// [data-copy]: copies its text.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 1600);
});

// select[data-submit]: sends its form on change.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// [data-refresh="url"]: is replaced by what the address gives, once a second, until the answer no longer asks for it.
async function refresh(part) {
  try {
    const answer = await fetch(part.dataset.refresh, { headers: { "X-Part": "1" } });
    if (answer.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      if (next) {
        part.replaceWith(next);
        if (next.dataset.reload) { location.reload(); return; }
        part = next;
      }
    }
  } catch { /* offline for a moment: asked again below */ }
  if (part.dataset.refresh) setTimeout(() => refresh(part), document.hidden ? 5000 : 1000);
}
document.querySelectorAll("[data-refresh]").forEach((part) => setTimeout(() => refresh(part), 1000));

// [data-near]: asks where the reader is and goes to the form's address with lat and lon.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-near]");
  if (!button || !navigator.geolocation) return;
  event.preventDefault();
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const to = new URL(button.dataset.near, location.href);
    to.searchParams.set("lat", coords.latitude.toFixed(5));
    to.searchParams.set("lon", coords.longitude.toFixed(5));
    location.assign(to);
  }, () => { button.textContent = button.dataset.failed; });
});

// [data-clock]: the time now, for wall screens.
document.querySelectorAll("[data-clock]").forEach((clock) => {
  const tick = () => {
    clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
      hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.clock, hourCycle: "h23" }).format(new Date());
  };
  tick();
  setInterval(tick, 10000);
});

// "/" goes to the search box.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("find")?.focus();
});

// On a phone the filters begin folded. Until then the style sheet hides them, so that nothing below jumps.
const narrow = matchMedia("(max-width: 719px)").matches;
document.querySelectorAll("details.facet-fold").forEach((part) => {
  if (narrow) part.open = false;
  part.classList.add("ready");
});

// form[data-check]: each answer is asked about as it is left, and what is wrong is said beside it.
document.addEventListener("change", async (event) => {
  const input = event.target, form = input.form, fault = input.id && document.getElementById(`${input.id}-fault`);
  if (!form?.dataset.check || !input.dataset.term || !fault) return;
  const body = new URLSearchParams({ term: input.dataset.term, text: input.value });
  try {
    const answer = await fetch(form.dataset.check, {
      method: "POST", body, headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value } });
    if (!answer.ok) return;
    fault.textContent = (await answer.json()).fault;
    fault.hidden = !fault.textContent;
    input.closest(".field").classList.toggle("wrong", !fault.hidden);
    if (fault.hidden) input.removeAttribute("aria-invalid"); else input.setAttribute("aria-invalid", "true");
  } catch { /* offline for a moment: it is checked when it is saved */ }
});

// form[data-once]: is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
