// The job that runs, on one calm line, or how the last one ended. It is drawn once a second: nodes stay, words change.
function buildJob(panel) {
  const job = { root: element("section", "job"), words: element("span", "does"), current: element("span", "current"), left: element("span", "left") };
  withAttributes(job.root, { "aria-label": "Job" });
  job.line = element("div", "line");
  job.ways = element("div", "ways");
  job.bar = withAttributes(element("div", "progress"), { role: "progressbar", "aria-label": "Done", "aria-valuemin": 0, "aria-valuemax": 100 });
  job.fill = element("div", "fill");
  job.bar.append(job.fill);
  job.notes = element("div", "notes");
  job.line.append(job.words, job.current, job.left, job.ways);
  job.root.append(job.line, job.notes, job.bar);
  // Told when it begins, pauses and ends, not every second.
  job.spoken = withAttributes(element("p", "spoken"), { role: "status" });
  job.root.append(job.spoken);
  return job;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}

function way(panel, { action, words, kind = "" }) {
  return control(words, () => panel.act({ action, id: panel.data.id }), { kind, key: action });
}

function changed(lines, more) {
  const details = element("details", "changed");
  details.append(element("summary", "", "What changed"));
  const list = withAttributes(element("ul", "changes"), { tabindex: "0" });
  list.append(...lines.map((line) => element("li", "", line)));
  if (more) list.append(element("li", "note", more));
  details.append(list);
  return details;
}

export default function (component) {
  drawPanel(component, "job-panel", (panel, data) => {
    const job = (panel.job ||= buildJob(panel));
    if (panel.drawnId !== data.id + data.spoken) {
      panel.drawnId = data.id + data.spoken;
      job.spoken.textContent = data.spoken;
    }
    if (!data.spoken) job.words.setAttribute("role", "status");
    else job.words.removeAttribute("role");
    setText(job.words, data.words);
    setText(job.current, data.current);
    job.current.title = data.current;
    setText(job.left, data.left);
    const ways = JSON.stringify(data.ways);
    if (job.drawnWays !== ways) {
      const key = job.root.getRootNode().activeElement?.dataset?.key;
      job.drawnWays = ways;
      job.ways.replaceChildren(...data.ways.map((one) => way(panel, one)));
      if (key) panel.wanted = job.ways.querySelector(`[data-key="${CSS.escape(key)}"]`) || job.ways.querySelector("button");
    }
    job.bar.hidden = data.share === null;
    job.fill.style.width = 100 * (data.share || 0) + "%";
    job.bar.setAttribute("aria-valuenow", Math.round(100 * (data.share || 0)));
    job.root.classList.toggle("waits", data.waits);
    const notes = JSON.stringify([data.notes, data.changes]);
    if (job.drawnNotes !== notes) {
      job.drawnNotes = notes;
      job.notes.replaceChildren(...data.notes.map((note) => element("p", "", note)));
      if (data.changes.length) job.notes.append(changed(data.changes, data.more));
    }
    return [job.root];
  });
  const panel = component.parentElement.organizerPanel;
  if (panel.wanted?.isConnected) panel.wanted.focus({ preventScroll: true });
  panel.wanted = null;
}
