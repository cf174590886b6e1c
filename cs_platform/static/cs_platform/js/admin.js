// Django's search boxes over long lists (select2) have no name of their own: each takes that of its
// field, or of its column in a table of rows.
(() => {
  "use strict";

  const namerOf = (select) => {
    const field = [...(select.closest("td")?.classList ?? [])].find((name) => name.startsWith("field-"));
    return (
      document.querySelector(`label[for="${CSS.escape(select.id)}"]`) ??
      select.closest("table")?.querySelector(`th.column-${field?.slice("field-".length)}`)
    );
  };

  const name = (select) => {
    const word = namerOf(select)?.textContent.trim().replace(/:$/, "") || select.name;
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!box) return;
    const shown = box.getAttribute("aria-labelledby");
    if (shown && !box.dataset.named) {
      const label = document.createElement("span");
      label.hidden = true;
      label.id = `${select.id}_named`;
      label.textContent = word;
      box.before(label);
      box.setAttribute("aria-labelledby", `${label.id} ${shown}`);
      // What is chosen stands in a text box of its own, which needs the name, too.
      document.getElementById(shown)?.setAttribute("aria-labelledby", `${label.id} ${shown}`);
    } else if (!box.dataset.named) {
      box.setAttribute("aria-label", word);
    }
    box.dataset.named = "";
    for (const field of document.querySelectorAll(".select2-container--open .select2-search__field")) {
      field.setAttribute("aria-label", word);
    }
    box.querySelector(".select2-search__field")?.setAttribute("aria-label", word);
  };

  const nameAll = () => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) name(select);
  };

  window.addEventListener("load", () => {
    nameAll();
    // A row that is added, a list that opens.
    new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
  });
})();
