// Dropping a file, seeing it travel, and what a mapping still needs. Forms work without it.
(() => {
  "use strict";

  const words = (form, text) => {
    const line = form.querySelector("[data-upload-words]");
    if (line) line.textContent = text;
  };

  const fail = (form, text) => {
    form.classList.remove("is-sending");
    words(form, text);
    form.querySelector("progress").hidden = true;
  };

  const send = (form, file) => {
    const most = Number(form.dataset.most);
    const box = form.querySelector("[data-upload-progress]");
    box.hidden = false;
    if (file.size > most * 1024 * 1024) {
      fail(form, `${file.name} is over ${most} MB. Split it, and upload the parts one after another.`);
      return;
    }
    form.classList.add("is-sending");
    const progress = form.querySelector("progress");
    progress.hidden = false;
    words(form, `Uploading ${file.name}…`);
    const data = new FormData(form);
    data.set("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      progress.value = Math.round((event.loaded / event.total) * 100);
      if (event.loaded === event.total) words(form, "Reading its columns…");
    });
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else fail(form, "The server refused the file. Reload the page and try again.");
    });
    request.addEventListener("error", () => {
      fail(form, "The upload broke off. Check your connection and try again.");
    });
    request.send(data);
  };

  for (const form of document.querySelectorAll("form[data-dropzone]")) {
    const field = form.querySelector("input[type=file]");
    form.addEventListener("submit", (event) => {
      if (!field.files.length) return;
      event.preventDefault();
      send(form, field.files[0]);
    });
    field.addEventListener("change", () => {
      if (field.files.length) send(form, field.files[0]);
    });
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        form.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      form.addEventListener(name, () => form.classList.remove("is-over"));
    }
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) send(form, event.dataTransfer.files[0]);
    });
  }

  const mapping = document.querySelector("form[data-mapping]");
  if (!mapping) return;
  const columns = [...mapping.querySelectorAll("[data-column]")];
  const leftOut = mapping.querySelector("[data-left-out]");

  // A field can come from one column: others that go there are named at once.
  const review = () => {
    const chosen = columns.map((column) => column.value).filter(Boolean);
    const fixed = [...mapping.querySelectorAll("[data-fixed]")].filter((input) => input.value);
    // A column of counts brings the count, and the feature or day that it is called after.
    const counts = columns.map((column) => column.selectedOptions[0]?.dataset.gives).filter(Boolean);
    const given = [
      ...chosen.map((value) => value.split(":")[0]),
      ...counts,
      ...fixed.map((input) => input.name.replace("fixed-", "")),
    ];
    for (const need of mapping.querySelectorAll("[data-need]")) {
      need.classList.toggle("is-there", given.includes(need.dataset.need));
    }
    for (const column of columns) {
      const twice = column.value && chosen.filter((value) => value === column.value).length > 1;
      column.classList.toggle("is-twice", Boolean(twice));
      column.setCustomValidity(twice ? "Another column goes to this field as well." : "");
      column.closest("tr").classList.toggle("is-left-out", !column.value);
    }
    const left = columns.filter((column) => !column.value).map((column) => column.dataset.column);
    leftOut.hidden = !left.length;
    leftOut.querySelector("[data-left-out-count]").textContent = left.length;
    leftOut.querySelector("[data-left-out-names]").textContent = left.join(", ");
  };

  for (const column of columns) column.addEventListener("change", review);
  for (const input of mapping.querySelectorAll("[data-fixed]")) input.addEventListener("input", review);
  review();
})();
