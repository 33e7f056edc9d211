// The page of insights: how much is reviewed, what was filmed when, how often the model was right. Every plot has its
// numbers as a table beside it, and each of its parts leads to the videos it stands for.
function table(words, columns, rows) {
  const details = element("details", "numbers-table");
  details.append(element("summary", "", words));
  const node = element("table");
  const head = element("tr");
  head.append(...columns.map((column) => withAttributes(element("th", "", column), { scope: "col" })));
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    row.forEach((cell, number) => line.append(number ? element("td", "number", String(cell)) : withAttributes(element("th", "", cell), { scope: "row" })));
    body.append(line);
  }
  node.append(top, body);
  const scroll = withAttributes(element("div", "scroll"), { tabindex: "0", role: "region", "aria-label": words });
  scroll.append(node);
  details.append(scroll);
  return details;
}

function percent(part, all) {
  if (!all) return "0 %";
  const share = (100 * part) / all;
  return share > 0 && share < 1 ? "under 1 %" : Math.round(share) + " %";
}

function reviewedSection(panel, data) {
  const { shares, videos } = data.reviewed;
  const section = panelSection("How much you reviewed", `Of ${counted(videos, "video")} that can be read.`);
  const bar = withAttributes(element("div", "shares"), { "aria-hidden": "true" });
  const list = element("ul", "legend");
  for (const share of shares) {
    if (share.videos) {
      const part = element("span", "share " + share.name);
      part.style.flexGrow = share.videos;
      bar.append(part);
    }
    const item = element("li");
    const name = element("div", "legend-name");
    name.append(withAttributes(element("span", "key " + share.name), { "aria-hidden": "true" }), share.videos ? pageLink(panel, share.words, share.link, "link name") : element("span", "name", share.words));
    item.append(name, element("div", "big number", share.videos.toLocaleString("en")), element("div", "note", `${percent(share.videos, videos)} \u00b7 ${share.note}`));
    list.append(item);
  }
  section.append(bar, list);
  return section;
}

function filmedSection(panel, data) {
  const { columns, rows, by, undated } = data.filmed;
  const note = undated ? `By ${by}. ${counted(undated, "video")} without a date ${undated === 1 ? "is" : "are"} left out.` : `By ${by}.`;
  const section = panelSection("What you filmed", note);
  if (!columns.length) {
    section.append(element("p", "empty", "No video has a date yet."));
    return section;
  }
  const most = Math.max(1, ...columns.map((column) => column.videos));
  const grid = element("div", "filmed");
  grid.style.setProperty("--columns", columns.length);
  grid.dataset.by = by;
  const bars = withAttributes(element("div", "line bars"), { role: "group", "aria-label": "All videos" });
  bars.append(element("span", "line-name", "All"));
  for (const column of columns) {
    const words = `${column.words}: ${counted(column.videos, "video")}`;
    const cell = column.link ? pageLink(panel, "", column.link, "bar") : element("span", "bar none");
    withAttributes(cell, { "aria-label": column.link ? words : null, "aria-hidden": column.link ? null : "true", title: words });
    const fill = element("span", "fill");
    fill.style.height = (100 * column.videos) / most + "%";
    cell.append(fill);
    bars.append(cell);
  }
  grid.append(bars, filmedAxis(columns));
  for (const row of rows) grid.append(filmedRow(panel, row, columns));
  const scroll = withAttributes(element("div", "scroll"), { tabindex: "0", role: "region", "aria-label": "What you filmed, as a plot" });
  scroll.append(grid);
  // What was filmed last is seen first, where not all of it is.
  requestAnimationFrame(() => (scroll.scrollLeft = scroll.scrollWidth));
  section.append(scroll, table("The numbers", [by === "month" ? "Month" : "Year", "All", ...rows.map((row) => row.words)], columns.map((column, at) => [column.words, column.videos, ...rows.map((row) => row.counts[at])])));
  return section;
}

function filmedAxis(columns) {
  const axis = withAttributes(element("div", "line axis"), { "aria-hidden": "true" });
  axis.append(element("span", "line-name"));
  const every = Math.ceil(columns.length / 24);
  columns.forEach((column, at) => {
    const cell = element("span", "tick");
    if (at % every === 0) cell.append(element("span", "", column.short));
    if (column.begins) cell.append(element("span", "year", column.begins));
    axis.append(cell);
  });
  return axis;
}

function filmedRow(panel, row, columns) {
  const line = withAttributes(element("div", "line"), { role: "group", "aria-label": row.words });
  line.append(pageLink(panel, row.words, row.link, "link line-name"));
  const most = Math.max(1, ...row.counts);
  row.counts.forEach((number, at) => {
    const words = `${row.words}, ${columns[at].words}: ${counted(number, "video")}`;
    const cell = number ? pageLink(panel, "", row.links[at], "shade") : element("span", "shade none");
    withAttributes(cell, { "aria-label": number ? words : null, "aria-hidden": number ? null : "true", title: words });
    if (number) cell.style.setProperty("--share", 18 + Math.round((82 * number) / most) + "%");
    line.append(cell);
  });
  return line;
}

function modelSection(panel, data) {
  const { rows, right, answered, percent: all } = data.model;
  const section = panelSection("How often the model was right", "Told by your answers to what it suggests now. A tag that you confirm or reject is an answer.");
  if (!rows.length) {
    section.append(element("p", "empty", "Confirm or reject a few suggestions, and this says how far the model can be trusted."));
    return section;
  }
  if (all !== null) {
    const big = element("p", "verdict");
    big.append(element("span", "big", all + " %"), element("span", "note", `right in ${right.toLocaleString("en")} of ${counted(answered, "answer")}`));
    section.append(big);
  }
  const list = element("ul", "rows model");
  for (const row of rows) list.append(modelRow(panel, row));
  section.append(list, table("The numbers", ["Tag", "Right", "Wrong", "Maybes right", "Maybes wrong", "Added by you"], rows.map((row) => [row.words, row.right, row.answered - row.right, row.maybe_right, row.maybe_answered - row.maybe_right, row.missed])));
  return section;
}

function modelRow(panel, row) {
  const item = element("li");
  const wrong = row.answered - row.right;
  item.append(wrong ? pageLink(panel, row.words, row.link, "link name model-name") : element("span", "name model-name", row.words));
  const bar = withAttributes(element("span", "truth"), { "aria-hidden": "true" });
  if (row.answered) {
    const right = element("span", "right");
    const no = element("span", "not");
    right.style.flexGrow = row.right;
    no.style.flexGrow = wrong;
    if (row.right) bar.append(right);
    if (wrong) bar.append(no);
  }
  const words = [];
  if (row.percent !== null) words.push(`${row.percent} %, ${row.right.toLocaleString("en")} of ${row.answered.toLocaleString("en")}`);
  else if (row.answered) words.push(`${row.right} of ${row.answered} right, too few to tell`);
  if (row.maybe_answered) words.push(`maybes: ${row.maybe_right} of ${row.maybe_answered}`);
  if (row.missed) words.push(`${row.missed} added by you`);
  item.append(bar, element("span", "note number truth-words", words.join(" \u00b7 ")));
  return item;
}

export default function (component) {
  drawPanel(component, "insights", (panel, data) => {
    const head = element("div", "page-head");
    head.append(element("h1", "", "Insights"));
    return [head, reviewedSection(panel, data), filmedSection(panel, data), modelSection(panel, data)];
  });
}
