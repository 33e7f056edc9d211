// The page of one video. Each part is a file of its own; here they are put together, and given what the page's script
// says. All data goes through textContent: a name is never markup.
function buildPage(parent, done) {
  const root = element("div", "page");
  const page = { root, data: null, actions: actionQueue(done, root), heard: done, going: "" };
  page.marked = ownMarks(page);
  page.head = pageHead(page);
  page.player = buildPlayer(page);
  page.chips = tagChips(page);
  page.field = tagField((name) => page.chips.add(name));
  page.facts = factsPanel(page);
  page.why = whyFold((second) => {
    page.player.playFrom(second);
    page.player.root.scrollIntoView({ block: "start", behavior: "smooth" });
  }, () => page.actions.act({ do: "tag_again", key: page.data.key }));
  page.alike = alikePart(page);
  page.say = speaker(page.player.root);
  behave(page);
  const hint = element("p", "hint");
  page.hint = hint;
  const tags = element("section", "tags");
  tags.setAttribute("aria-label", "What is in it?");
  tags.append(element("h2", "", "What is in it?"), hint, page.chips.root, page.field.root, page.why.root);
  const below = (page.below = element("div", "below"));
  below.append(tags, page.facts.root, page.alike.root);
  root.append(page.player.root, below);
  const table = keyTable(page);
  page.sheet = keySheet(root, table);
  listenToKeys(page, table);
  parent.append(root);
  return page;
}

function behave(page) {
  const { player, chips, actions } = page;
  page.close = () => {
    if (player.isFull()) document.exitFullscreen();
    else actions.act({ do: "close", key: page.data.key });
  };

  // The neighbour's picture stands there before its page comes; further steps are counted from it.
  page.step = (by) => {
    const neighbour = by > 0 ? page.data.after : page.data.before;
    if (!neighbour && !page.going) {
      page.say(by > 0 ? "This is the last video" : "This is the first video");
      return;
    }
    actions.act({ do: "step", by, key: page.data.key });
    page.start = null;
    leaveFor(page, neighbour);
  };

  // Any other video, from one of its seconds on.
  page.open = (card, second) => {
    if (page.going) return;
    page.start = { key: card.key, second };
    actions.act({ do: "open", to: card.key, key: page.data.key });
    leaveFor(page, card);
  };

  page.choose = (name) => player.marks.choose(name);
  page.showMarks = () => {
    const tags = chips.tags.map((tag) => ({ ...tag, off: ["no", "gone"].includes(tag.state) }));
    player.marks.show(tags, player.duration);
  };
  player.onLength = page.showMarks;
  player.onProblem = (words) => {
    player.enable(false);
    player.root.dataset.state = "broken";
    if (!page.data.problem) showProblem(page, { words, advice: "Your own player may play it: the button stands below." });
  };

  const playAt = (mark, name) => {
    if (!mark) return false;
    page.choose(mark.tag);
    player.playFrom(mark.from);
    const tag = chips.tags.find((each) => each.name === mark.tag);
    page.say((tag?.label ?? name) + " at " + clock(mark.from));
    return true;
  };
  page.playMark = (name) => playAt(player.marks.nextFrom(player.video.currentTime, 1, name), name);
  page.nextMark = (direction) => {
    if (!playAt(player.marks.nextFrom(player.video.currentTime, direction, ""), "")) page.say("No tag is seen anywhere here");
  };
}

// What is shown of a video until its page comes.
function leaveFor(page, other) {
  if (!page.going && other) {
    showNeighbour(page.player, other);
    showProblem(page, {});
    page.head.show({ title: other.title, date: "" });
    page.root.classList.add("going");
    // What stands there is of the video that is left: nobody answers about that any more.
    page.below.inert = true;
  }
  page.going = page.data.key;
}

// Pictures that will be wanted next are fetched when the video has what it needs.
function preload(page) {
  for (const neighbour of [page.data.after, page.data.before]) {
    if (neighbour?.poster) new Image().src = neighbour.poster;
  }
}

function hear(page, said) {
  if (!said || said.number <= page.heard) return;
  page.heard = said.number;
  page.say(said.words, said.wrong);
  giveBack(page.field, said.typed);
}

function showPage(page, data) {
  const other = page.data?.key !== data.key;
  const first = page.data === null;
  // A run that began before a step was heard of says what was: what comes next stays.
  if (page.going === data.key && page.actions.pending.some((action) => ["step", "open"].includes(action.do))) return;
  page.data = data;
  if (other || page.going) {
    page.root.classList.remove("going");
    page.below.inert = false;
    page.going = "";
  }
  page.head.show(data);
  page.player.show(data);
  if (other && page.start) {
    if (page.start.key === data.key) page.player.startAt(page.start.second);
    page.start = null;
  }
  if (other || page.problem !== data.problem) showProblem(page, { words: data.problem, advice: data.advice, failed: data.failed });
  page.problem = data.problem;
  page.player.before.disabled = !data.before;
  page.player.after.disabled = !data.after;
  page.marked.show(data);
  page.chips.show(data);
  page.field.show(data);
  page.facts.show(data);
  page.why.show(data);
  page.alike.show(data);
  page.hint.textContent = data.hint;
  page.hint.hidden = !data.hint;
  hear(page, data.said);
  if (!other) return;
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  if (first) page.player.root.focus({ preventScroll: true });
  else page.say((data.date || data.title) + (data.place ? ", " + data.place + " of " + data.total : ""));
  setTimeout(() => page.data === data && preload(page), 300);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let page = parentElement.organizerDetail;
  if (!page || !page.root.isConnected) page = parentElement.organizerDetail = buildPage(parentElement, data.acknowledged);
  page.actions.send = (value) => setTriggerValue("act", value);
  page.actions.acknowledge(data.acknowledged);
  showPage(page, data);
  // Called when the page goes, and also where a newer call overtakes this one.
  return () => setTimeout(() => page.root.isConnected || page.player.letGo());
}
