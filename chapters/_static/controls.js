/* Controls: a setting is chosen, and another result that the page carries is shown.
   Nothing is computed and nothing is drawn here: helpers/show/control_drawing.py drew the figure, and
   says in data-set, data-dots and data-text which attribute and which text take which number. */
(() => {
  "use strict";

  for (const section of document.querySelectorAll(".trial-control")) {
    const { sizes, columns } = JSON.parse(
      section.querySelector('script[type="application/json"]').textContent
    );
    const form = section.querySelector("form");
    const still = section.querySelector(".trial-control-still");
    const settings = [...new Set([...form.elements].map((each) => each.name).filter(Boolean))];

    // The copy follows the settings; what was there stays for paper.
    const live = still.cloneNode(true);
    live.className = "trial-control-live";
    live.querySelectorAll("[id]").forEach((each) => each.removeAttribute("id"));
    const said = live.querySelector(".trial-control-said");
    said.setAttribute("role", "status");
    said.setAttribute("aria-live", "polite");
    live.prepend(said);
    const fold = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "The same as a table: one setting changed at a time";
    const table = live.querySelector(".trial-control-table");
    table.replaceWith(fold);
    fold.append(summary, table);

    // What is seen begins with whose data they are, before the sentence, and goes on doing so.
    const figure = live.querySelector("[role=img]");
    const seen = figure.getAttribute("aria-label");
    const whose = seen.slice(0, seen.lastIndexOf(said.textContent));
    const moves = [...live.querySelectorAll("[data-set]")].map((element) => [
      element,
      element.dataset.set.split(" ").map((move) => /^(\w+)(%?)=(\d+)$/.exec(move).slice(1)),
    ]);
    const texts = [...live.querySelectorAll("[data-text]")];
    const dots = [...live.querySelectorAll("[data-dots]")];

    const chosen = () => settings.map((name) => Number(form.elements[name].value));

    const values = (choice) =>
      columns.map(({ on, values, words, at }) => {
        const place = on.reduce((sum, setting) => sum * sizes[setting] + choice[setting], 0);
        return words ? words[at[place]] : values[place];
      });

    const show = () => {
      const choice = chosen();
      const now = values(choice);
      const filled = (text) => text.replace(/\{(\d+)\}/g, (_, number) => now[number] ?? "");
      for (const element of texts) element.textContent = filled(element.dataset.text);
      for (const [element, changes] of moves) {
        for (const [attribute, percent, number] of changes) {
          const value = now[number];
          element.toggleAttribute("data-none", value === null);
          if (value !== null) element.setAttribute(attribute, value + percent);
        }
      }
      for (const group of dots) {
        const { dots: number, base, step } = group.dataset;
        let level = 0;
        now[number].forEach((value, rank, all) => {
          level = rank && value === all[rank - 1] ? level + 1 : 0;
          group.children[rank].setAttribute("cx", value + "%");
          group.children[rank].setAttribute("cy", base - step * level);
        });
      }
      for (const part of form.querySelectorAll(".trial-control-setting")) {
        const range = part.querySelector("[type=range]");
        if (range) {
          const words = range.list.options[range.value].label;
          part.querySelector(".trial-control-value").textContent = words;
          range.setAttribute("aria-valuetext", words);
        }
        const { onlyWith } = part.dataset;
        if (onlyWith) {
          const matters = onlyWith.split(" ").some((need) => {
            const [name, place] = need.split("=");
            return form.elements[name].value === place;
          });
          part.querySelectorAll("input, select").forEach((each) => (each.disabled = !matters));
          part.classList.toggle("trial-control-idle", !matters);
        }
      }
      const sentence = filled(now[columns.length - 1]);
      if (said.textContent !== sentence) said.textContent = sentence;
      figure.setAttribute("aria-label", whose + sentence);
    };

    form.addEventListener("input", show);
    form.addEventListener("reset", () => setTimeout(show));
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
    form.hidden = false;
    still.before(live);
    section.classList.add("trial-control-on");
  }
})();
