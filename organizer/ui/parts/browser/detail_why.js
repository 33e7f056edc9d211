// "Why?": which seconds speak for each label, in numbers. Asked for when somebody opens it.
const WORTH_A_JUMP = 15;

function scoreBar(row) {
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

function strip(row, seek) {
  const node = element("span", "strip");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", stripWords(row));
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

// What a strip shows, in words.
function stripWords(row) {
  const strong = row.seconds.filter((_, at) => row.strip[at] >= WORTH_A_JUMP);
  if (!strong.length) return "No second speaks for " + row.label;
  return "Speaks most for " + row.label + " at " + clock(row.best_second) + "; " + strong.length + " of " +
    row.seconds.length + " seconds speak for it";
}

function whyRow(row, seek) {
  const quiet = !row.strip.length || Math.max(...row.strip) < WORTH_A_JUMP;
  const node = element("div", ["label", row.state, quiet ? "quiet" : ""].join(" "));
  node.style.setProperty("--tag", row.colour);
  const name = element("span", "name");
  name.append(element("span", "", row.state === "maybe" ? row.label + "?" : row.label), element("span", "state", row.sure));
  node.append(name, scoreBar(row));
  if (row.strip.length) {
    node.append(strip(row, seek));
    if (!quiet) {
      const jump = element("button", "jump", "\u25b6 " + clock(row.best_second));
      jump.type = "button";
      jump.title = "Play from the second that speaks most for " + row.label;
      jump.setAttribute("aria-label", jump.title);
      jump.addEventListener("click", () => seek(row.best_second));
      node.append(jump);
    }
  }
  return node;
}

function whyFold(seek, again) {
  const root = element("details", "fold why");
  const summary = element("summary");
  summary.append(element("span", "", "Why?"), element("span", "aside", "what the model sees, in numbers"));
  const note = element("p", "note");
  note.setAttribute("role", "status");
  const rows = element("div", "labels");
  const button = element("button", "quiet-button");
  button.type = "button";
  button.append(drawn("again"), element("span", "", "Tag again"));
  button.title = "Let the model say again what it sees; what you said stays";
  button.addEventListener("click", again);
  root.append(summary, note, rows, button);
  const why = { root, asked: "", asking: null };

  const look = async () => {
    if (!root.open || !why.data?.scored || why.asked === why.wanted) return;
    const wanted = (why.asked = why.wanted);
    why.asking?.abort();
    why.asking = new AbortController();
    note.textContent = "Looking\u2026";
    try {
      const answer = await ask("evidence/" + encodeURIComponent(why.data.key), {}, why.asking.signal);
      if (wanted !== why.wanted) return;
      rows.replaceChildren(...answer.rows.map((row) => whyRow(row, seek)));
      note.textContent = [answer.note, legend(answer.rows)].filter(Boolean).join(" ");
    } catch (error) {
      if (error.name === "AbortError") return;
      why.asked = "";
      note.textContent = "The numbers did not come. Close this and open it again.";
    }
  };
  root.addEventListener("toggle", look);

  why.show = (data) => {
    why.data = data;
    const wanted = data.key + " " + data.scored;
    root.hidden = !data.scored;
    if (why.wanted !== wanted) {
      const other = !why.wanted?.startsWith(data.key + " ");
      why.wanted = wanted;
      if (other) rows.replaceChildren();
      look();
    }
  };
  return why;
}
