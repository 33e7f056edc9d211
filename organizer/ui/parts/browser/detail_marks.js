// Where in the video each tag is seen: marks above the bar, a lane for each tag, in the tag's colour.
const MOST_LANES = 6;

function spanWords(tag, [from, to]) {
  return tag.label + ", seen from " + clock(from) + " to " + clock(Math.round(to));
}

function markLanes(seek) {
  const root = element("div", "marks");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Where tags are seen");
  const lanes = { root, marks: [], chosen: "", key: "" };

  // One of the marks can be reached by Tab, the others from there by arrows.
  const reach = (index, focus) => {
    lanes.marks.forEach((mark, at) => (mark.node.tabIndex = at === index ? 0 : -1));
    if (focus) lanes.marks[index].node.focus();
  };
  root.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = lanes.marks.findIndex((mark) => mark.node === event.target);
    if (!step || here < 0 || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    reach(Math.min(lanes.marks.length - 1, Math.max(0, here + step)), true);
  });

  lanes.show = (tags, duration) => {
    const seen = tags.filter((tag) => tag.spans.length).slice(0, MOST_LANES);
    const key = JSON.stringify([seen.map((tag) => [tag.name, tag.label, tag.colour, tag.spans, tag.off]), duration]);
    if (key === lanes.key) return;
    lanes.key = key;
    const focused = lanes.marks.findIndex((mark) => mark.node.matches(":focus"));
    lanes.marks = [];
    const rows = seen.map((tag) => {
      const lane = element("div", "lane");
      lane.dataset.tag = tag.name;
      lane.style.setProperty("--tag", tag.colour);
      // It keeps its place: nothing moves below the hand that says no.
      lane.classList.toggle("off", Boolean(tag.off));
      for (const span of tag.spans) {
        const end = Math.min(span[1], duration || span[1]);
        const mark = element("button", "mark");
        mark.type = "button";
        mark.style.left = (100 * span[0]) / (duration || end) + "%";
        mark.style.width = (100 * (end - span[0])) / (duration || end) + "%";
        mark.setAttribute("aria-label", spanWords(tag, [span[0], end]));
        mark.title = tag.label + " " + clock(span[0]) + "\u2013" + clock(Math.round(end));
        mark.addEventListener("click", () => seek(span[0], tag.name));
        lane.append(mark);
        if (!tag.off) lanes.marks.push({ node: mark, tag: tag.name, from: span[0] });
      }
      return lane;
    });
    root.replaceChildren(...rows);
    root.hidden = !rows.length;
    if (lanes.marks.length) reach(Math.max(0, Math.min(focused, lanes.marks.length - 1)), focused >= 0);
    lanes.choose(lanes.chosen);
  };

  // The chosen tag's marks are bright, those of the others step back.
  lanes.choose = (name) => {
    lanes.chosen = name;
    const known = lanes.marks.some((mark) => mark.tag === name);
    for (const lane of root.children) lane.classList.toggle("dim", known && lane.dataset.tag !== name);
  };

  // The mark after or before a time; of one tag alone where one is named.
  lanes.nextFrom = (time, direction, name) => {
    const starts = lanes.marks.filter((mark) => !name || mark.tag === name).sort((one, other) => one.from - other.from);
    const found = direction > 0
      ? starts.find((mark) => mark.from > time + 0.05)
      : starts.findLast((mark) => mark.from < time - 0.75);
    // Round and round.
    return found ?? (direction > 0 ? starts[0] : starts.at(-1)) ?? null;
  };
  return lanes;
}
