// Shows which seconds speak for each label. All data goes through textContent.
const WORTH_A_JUMP = 15;

function clock(second) {
  return Math.floor(second / 60) + ":" + String(second % 60).padStart(2, "0");
}

function score(row) {
  const node = element("span", "score");
  const bar = element("span", "bar");
  const fill = element("span", "fill");
  fill.style.width = row.score * 100 + "%";
  bar.append(fill);
  for (const [from, name] of [[row.maybe_threshold, "threshold unsure"], [row.threshold, "threshold"]]) {
    if (from === null) continue;
    const mark = element("span", name);
    mark.style.left = from * 100 + "%";
    bar.append(mark);
  }
  const number = element("span", "number", row.score.toFixed(2));
  number.setAttribute("aria-hidden", "true");
  node.append(bar, number, element("span", "unseen", row.words));
  node.title = row.words;
  return node;
}

function legend(rows) {
  const seconds = "Each strip has a cell for each second that was looked at: click to play from there.";
  const marks = rows.some((row) => row.maybe_threshold !== null)
    ? "From the dotted mark of a bar on the label is a maybe, from the solid mark on it is a tag."
    : "From the mark of a bar on the label is a tag.";
  return [
    ...(rows.some((row) => row.threshold !== null || row.maybe_threshold !== null) ? [marks] : []),
    ...(rows.some((row) => row.strip.length) ? [seconds] : []),
  ].join(" ");
}

function seek(second) {
  window.dispatchEvent(new CustomEvent("organizer-seek", { detail: second }));
}

function strip(row) {
  const node = element("span", "strip");
  row.strip.forEach((value, at) => {
    const second = row.seconds[at];
    const cell = element("span", "second");
    // As wide as the time it stands for; the last one as the one before.
    const next = Math.min(at + 1, row.seconds.length - 1);
    cell.style.setProperty("--seconds", next ? row.seconds[next] - row.seconds[next - 1] : 1);
    cell.style.setProperty("--strength", value + "%");
    cell.title = clock(second) + ": " + (value / 100).toFixed(2);
    cell.addEventListener("click", () => seek(second));
    node.append(cell);
  });
  return node;
}

function label(row) {
  const quiet = !row.strip.length || Math.max(...row.strip) < WORTH_A_JUMP;
  const node = element("div", ["label", row.state, quiet ? "quiet" : ""].join(" "));
  const name = element("span", "name");
  name.append(element("span", "", row.state === "maybe" ? row.label + "?" : row.label));
  if (row.state) name.append(element("span", "state", row.state));
  node.append(name, score(row));
  if (row.strip.length) {
    const jump = element("button", "jump", "\u25b6 " + clock(row.best_second));
    jump.type = "button";
    jump.title = "Play from the second that speaks most for " + row.label;
    jump.addEventListener("click", () => seek(row.best_second));
    node.append(strip(row));
    if (!quiet) node.append(jump);
  }
  return node;
}

export default function (component) {
  const { data, parentElement } = component;
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = element("div", "root");
    parentElement.append(root);
  }
  root.replaceChildren(element("p", "legend", legend(data.rows)), ...data.rows.map(label));
}
