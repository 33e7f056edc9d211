// The page of tags: those of the person's own, and what organizer looks for by itself.
function dot(colour) {
  const node = withAttributes(element("span", "dot"), { "aria-hidden": "true" });
  if (colour) node.style.background = colour;
  else node.classList.add("none");
  return node;
}

function tagRow(panel, tag) {
  const row = element("li", "tag" + (tag.own ? " own" : "") + (tag.hidden ? " is-hidden" : ""));
  const name = element("div", "grow tag-name");
  name.append(dot(tag.colour), tag.hidden ? element("span", "name", tag.words) : pageLink(panel, tag.words, tag.link, "link name"));
  row.append(name);
  if (tag.hidden) {
    row.append(element("span", "note", "hidden"));
    row.append(control("Show again", () => panel.act({ action: "hide", name: tag.name, hidden: false }), { key: "show " + tag.name, label: `Show ${tag.words} again` }));
    return row;
  }
  if (tag.lesson || tag.taught) name.append(element("span", "note taught", tag.lesson || learntWords(tag)));
  else if (tag.own && !tag.lacks) name.append(control("Teach", () => panel.act({ action: "teach", name: tag.name }), { kind: "quiet", key: "teach " + tag.name, label: `Teach ${tag.words}: suggest it for other videos` }));
  const numbers = element("div", "numbers");
  numbers.append(pageLink(panel, counted(tag.videos, "video"), tag.link, "link number"));
  if (tag.maybes) {
    const maybe = pageLink(panel, tag.maybes.toLocaleString("en") + " maybe", tag.maybes_link, "link maybe number");
    withAttributes(maybe, { "aria-label": `${tag.words}: ${counted(tag.maybes, "maybe")}` });
    numbers.append(maybe);
  } else numbers.append(element("span", "gap"));
  const answered = [tag.confirmed ? `${tag.confirmed.toLocaleString("en")} yes` : "", tag.rejected ? `${tag.rejected.toLocaleString("en")} no` : ""];
  const words = answered.filter(Boolean).join(", ");
  if (words && !tag.own) numbers.append(element("span", "note number by-you", `by you: ${words}`));
  row.append(numbers);
  row.append(control("", () => editTag(panel, tag), { kind: "round", icon: "more", label: `Change ${tag.words}`, key: "edit " + tag.name }));
  return row;
}

function learntWords(tag) {
  if (tag.taught === "other") return "learnt with another model";
  if (tag.follows) return tag.taught === "on" ? `follows your ${counted(tag.follows, "answer")}` : "does not follow your answers";
  if (tag.taught === "off") return "not suggested";
  return tag.maybes ? "learnt" : "learnt, nothing to ask about";
}

function swatches(panel, tag, close) {
  const group = withAttributes(element("div", "swatches"), { role: "group", "aria-label": "Colour" });
  const choose = (colour) => () => {
    panel.act({ action: "colour", name: tag.name, colour });
    close();
  };
  for (const [words, colour] of Object.entries(panel.data.colours)) {
    const chosen = tag.colour.toLowerCase() === colour;
    const button = control("", choose(colour), { kind: "swatch", label: words });
    withAttributes(button, { "aria-pressed": String(chosen), title: words });
    button.style.background = colour;
    group.append(button);
  }
  const none = control("None", choose(null), { kind: "quiet" });
  withAttributes(none, { "aria-pressed": String(!tag.colour) });
  group.append(none);
  return group;
}

function nameForm(panel, tag, close) {
  const form = element("form", "inline");
  const input = withAttributes(element("input"), { type: "text", maxlength: 60, autocomplete: "off", "aria-label": "Name" });
  input.value = tag.words;
  const send = control("Rename", () => form.requestSubmit(), { kind: "primary" });
  form.append(input, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!name || name === tag.name) return;
    panel.act({ action: "rename", name: tag.name, to: name });
    close();
  });
  return form;
}

function mergeForm(panel, tag, close) {
  const form = element("form", "inline");
  const select = withAttributes(element("select"), { "aria-label": "Merge into" });
  select.append(withAttributes(element("option", "", "Choose a tag"), { value: "" }));
  for (const other of panel.data.tags) {
    if (other.name !== tag.name && !other.hidden) select.append(withAttributes(element("option", "", other.words), { value: other.name }));
  }
  const send = control("Merge", () => form.requestSubmit());
  form.append(select, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!select.value) return;
    panel.act({ action: "merge", name: tag.name, into: select.value });
    close();
  });
  return form;
}

// What organizer can do with a tag of the person's own: learn it from the videos that have it, and suggest it for others.
function teaching(panel, tag, close) {
  const parts = [element("h3", "", "Suggest it for other videos")];
  const act = (action) => () => {
    panel.act({ name: tag.name, ...action });
    close();
  };
  if (tag.lesson) parts.push(element("p", "note", tag.lesson));
  if (!tag.taught) {
    const words = tag.lacks
      ? `organizer learns a tag from the videos that you gave it to: five or ten are good. ${tag.words} needs ${tag.lacks} more.`
      : `organizer learns it from the ${counted(tag.confirmed, "video")} that you gave it to, and suggests it as a maybe for others like them.`;
    parts.push(element("p", "note", words));
    if (!tag.lacks) parts.push(dialogFoot(control("Teach", act({ action: "teach" }), { kind: "primary", disabled: tag.learning })));
    return parts;
  }
  parts.push(element("p", "note", tag.sure));
  if (tag.taught !== "off") parts.push(element("p", "note", tag.advice));
  const foot = dialogFoot(
    control("Learn again", act({ action: "teach" }), { disabled: tag.learning }),
    ...(tag.taught === "other" ? [] : [tag.taught === "on" ? control("Stop suggesting", act({ action: "suggest", on: false })) : control("Suggest again", act({ action: "suggest", on: true }))]),
    control("Forget what was learnt", act({ action: "unlearn" }), { kind: "quiet" }),
  );
  parts.push(foot);
  return parts;
}

// A label that a model knows, and that a person's answers make better: the model alone is a click away, and back.
function following(panel, tag, close) {
  const on = tag.taught === "on";
  const parts = [element("h3", "", on ? `Follows your ${counted(tag.follows, "answer")}` : "Does not follow your answers")];
  if (tag.lesson) parts.push(element("p", "note", tag.lesson));
  if (tag.taught === "other") return [...parts, element("p", "note", tag.advice)];
  parts.push(element("p", "note", on ? `${tag.sure} ${tag.advice}` : "What the model says of it stands alone. Your answers stay, and what was learnt of them is kept."));
  parts.push(dialogFoot(control(on ? "Go by the model alone" : "Follow my answers again", () => {
    panel.act({ action: "suggest", name: tag.name, on: !on });
    close();
  }, { disabled: tag.learning })));
  return parts;
}

function editTag(panel, tag) {
  openDialog(panel, tag.words, (body, close) => {
    body.append(element("h3", "", "Colour"), swatches(panel, tag, close));
    if (tag.own) {
      body.append(...(tag.follows ? following : teaching)(panel, tag, close));
      body.append(element("h3", "", "Name"), nameForm(panel, tag, close));
      body.append(element("h3", "", "Merge into another tag"));
      body.append(element("p", "note", `Videos with ${tag.words} carry the other tag instead.`), mergeForm(panel, tag, close));
      body.append(element("h3", "", "Delete"));
      body.append(element("p", "note", `${tag.words} is taken from ${counted(tag.videos, "video")}. The videos stay.`));
      body.append(dialogFoot(control("Delete this tag", () => {
        panel.act({ action: "delete", name: tag.name });
        close();
      }, { kind: "danger" })));
    } else {
      if (tag.follows) body.append(...following(panel, tag, close));
      body.append(element("h3", "", "Hide"));
      body.append(element("p", "note", `${tag.words} is never shown, suggested or counted again, until you show it again here. What is known of it is kept.`));
      body.append(dialogFoot(control("Hide this label", () => {
        panel.act({ action: "hide", name: tag.name, hidden: true });
        close();
      }, { kind: "danger" })));
    }
    body.append(element("p", "note foot-note", "Everything here but learning and suggesting can be undone, also later, under History."));
  });
}

function tagList(panel, tags) {
  const list = element("ul", "rows");
  list.append(...tags.map((tag) => tagRow(panel, tag)));
  return list;
}

export default function (component) {
  drawPanel(component, "tags", (panel, data) => {
    const own = data.tags.filter((tag) => tag.own);
    const labels = data.tags.filter((tag) => !tag.own && !tag.hidden);
    const hidden = data.tags.filter((tag) => !tag.own && tag.hidden);
    const head = element("div", "page-head");
    head.append(element("h1", "", "Tags"));
    const yours = panelSection("Your tags", own.length ? "Given by you. organizer can learn one from a few videos and suggest it for the others." : null);
    yours.append(own.length ? tagList(panel, own) : element("p", "empty", "You have not made a tag yet. Select videos and type a new one, or add it on the page of a video."));
    const built = panelSection("What organizer looks for", "Suggested by the model, confirmed or rejected by you. A maybe is one that it is not sure of; it counts as no tag until you confirm it.");
    built.append(tagList(panel, labels));
    const parts = [head, yours, built];
    if (hidden.length) {
      const section = panelSection("Hidden", "Never shown, suggested or counted.");
      section.append(tagList(panel, hidden));
      parts.push(section);
    }
    return parts;
  });
}
