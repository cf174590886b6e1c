// Running totals and share bars while weights are typed; the server checks all of it again.
(() => {
  "use strict";
  const form = document.querySelector("[data-scorecard]");
  if (!form) return;

  const inputOf = (box) => box.querySelector("input");
  const numberOf = (input) => {
    const value = Number.parseFloat(input.value.replace(",", "."));
    return Number.isFinite(value) ? value : 0;
  };
  const shown = (value, decimals) => String(Number(value.toFixed(decimals)));
  const isRemoved = (box) => {
    for (let part = box.closest("[data-part]"); part; part = part.parentElement?.closest("[data-part]")) {
      if (form.querySelector(`input[name="remove"][value="${part.dataset.part}"]`)?.checked) return true;
    }
    return false;
  };

  // A component's share is that of what it hangs in; boxes stand in that order on the page.
  const recount = () => {
    const sums = new Map();
    const shares = new Map([["top", 100]]);
    for (const box of form.querySelectorAll("[data-weight]")) {
      const group = box.dataset.weight;
      const weight = isRemoved(box) ? 0 : numberOf(inputOf(box));
      sums.set(group, (sums.get(group) ?? 0) + weight);
      const share = ((shares.get(group) ?? 0) * weight) / 100;
      const part = box.closest("[data-part]").dataset.part;
      if (part.startsWith("component-")) shares.set(part, share);
      const line = box.closest(".sc-weight");
      line.querySelector("[data-share]").textContent = share.toFixed(1);
      line.querySelector("[data-bar]").setAttribute("width", `${Math.min(Math.max(weight, 0), 100)}%`);
    }
    for (const total of form.querySelectorAll("[data-total]")) {
      const sum = Math.round((sums.get(total.dataset.total) ?? 0) * 100) / 100;
      const gap = Math.round((100 - sum) * 100) / 100;
      total.querySelector("[data-sum]").textContent = shown(sum, 2);
      total.querySelector("[data-gap]").textContent =
        gap === 0 ? "" : gap > 0 ? `, ${shown(gap, 2)} missing` : `, ${shown(-gap, 2)} too much`;
      total.classList.toggle("is-off", gap !== 0);
    }
  };

  const note = form.querySelector("[data-unsaved]");
  let isDirty = Boolean(document.getElementById("conflict"));
  const dirty = () => {
    isDirty = true;
    note.hidden = false;
  };

  form.addEventListener("input", () => {
    recount();
    dirty();
  });
  form.addEventListener("submit", () => {
    isDirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
  recount();
  document.getElementById("conflict")?.focus();
  document.querySelector(".sc-problems.is-serious")?.focus();
})();
