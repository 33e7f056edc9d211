// The dark part of the page: the video, what lies around it, and its bar.
const IDLE_MS = 2500;
const SOUND_KEPT = "organizer-sound";

function keptSound() {
  try {
    const kept = JSON.parse(localStorage.getItem(SOUND_KEPT));
    return { volume: Math.min(1, Math.max(0, Number(kept.volume))), muted: Boolean(kept.muted) };
  } catch {
    return { volume: 1, muted: false };
  }
}

function keepSound(video) {
  try {
    localStorage.setItem(SOUND_KEPT, JSON.stringify({ volume: video.volume, muted: video.muted }));
  } catch {
    // A browser that keeps nothing is no reason to be silent.
  }
}

function buildPlayer(page) {
  const root = element("section", "stage");
  root.setAttribute("aria-label", "Player");
  root.tabIndex = -1;
  const screen = element("div", "screen");
  const video = element("video");
  video.playsInline = true;
  video.preload = "auto";
  video.tabIndex = -1;
  Object.assign(video, keptSound());
  const still = element("img", "still");
  still.alt = "";
  const start = drawnButton("start", "play", "Play", "Space");
  const problem = element("div", "problem");
  const before = drawnButton("side before", "back", "Previous video", "P");
  const after = drawnButton("side after", "forth", "Next video", "N");
  screen.append(video, still, start, problem, before, after);
  const player = { root, screen, video, still, start, problem, before, after, key: "", duration: 0, attached: null };
  player.marks = markLanes((second, tag) => {
    page.choose(tag);
    player.playFrom(second);
  });
  player.bar = buildBar(player.marks);
  root.append(page.head.root, screen, player.bar.root);
  command(player);
  follow(player);
  before.addEventListener("click", () => page.step(-1));
  after.addEventListener("click", () => page.step(1));
  return player;
}

// What can be asked of a player.
function command(player) {
  const { video, root, bar } = player;
  const ready = () => root.dataset.plays === "true";
  player.toggle = () => {
    if (!ready()) return;
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  };
  player.seek = (second) => {
    if (!ready()) return;
    // The very last picture, and not the end, where a browser begins anew.
    const last = Math.max(0, (player.duration || second) - 0.05);
    video.currentTime = Math.min(Math.max(0, second), last);
    drawTime(bar, video, player.duration);
  };
  player.skip = (seconds) => player.seek(video.currentTime + seconds);
  player.playFrom = (second) => {
    player.seek(second);
    if (ready()) video.play().catch(() => {});
  };
  // For a video that was just attached and knows nothing of itself yet.
  player.startAt = (second) => {
    const key = player.key;
    video.currentTime = second;
    video.addEventListener("loadedmetadata", () => {
      if (player.key === key && Math.abs(video.currentTime - second) > 0.5) player.seek(second);
    }, { once: true });
  };
  player.mute = () => {
    video.muted = !video.muted;
    if (!video.muted && !video.volume) video.volume = 0.5;
  };
  player.setSpeed = (rate) => {
    video.playbackRate = video.defaultPlaybackRate = rate;
    bar.speed.value = rate;
  };
  player.faster = (step) => {
    const at = SPEEDS.indexOf(Number(bar.speed.value)) + step;
    if (SPEEDS[at]) player.setSpeed(SPEEDS[at]);
  };
  player.isFull = () => root.getRootNode().fullscreenElement === root;
  player.fullScreen = () => {
    if (player.isFull()) document.exitFullscreen();
    else root.requestFullscreen?.().catch(() => {});
  };
  player.enable = (plays) => {
    root.dataset.plays = String(plays);
    for (const control of bar.root.querySelectorAll("button, input, select")) {
      if (!control.classList.contains("mark")) control.disabled = !plays;
    }
  };
  player.letGo = () => {
    player.attached?.detach();
    player.attached = null;
  };
  player.show = (data) => showVideo(player, data);
}

function showVideo(player, data) {
  const { root, video, still, problem, bar } = player;
  const shown = JSON.stringify([data.key, data.playable, data.failed, data.mode]);
  player.duration = data.key === player.key && player.duration ? player.duration : data.duration_s || 0;
  if (player.shown !== shown) {
    player.shown = shown;
    player.key = data.key;
    player.letGo();
    // What could not be read here is only tried: the words about it go when the browser shows a picture of it.
    player.enable(data.playable && !data.failed);
    root.dataset.state = "waiting";
    root.style.setProperty("--aspect", data.aspect || 16 / 9);
    video.hidden = !data.playable;
    still.hidden = data.playable || !data.poster;
    still.removeAttribute("src");
    if (data.poster) video.poster = still.src = data.poster;
    else video.removeAttribute("poster");
    problem.replaceChildren();
    if (data.playable) {
      player.attached = attachVideo(video, { key: data.key, mode: data.mode, onProblem: (words) => player.onProblem(words) });
      player.setSpeed(Number(bar.speed.value));
      // Where a browser lets no page begin by itself, the large button stays.
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) video.play().catch(() => {});
    }
    drawTime(bar, { currentTime: 0 }, player.duration);
    bar.loaded.style.width = "0";
  }
}

// What the browser shows of the video that comes next, until its page is here.
function showNeighbour(player, neighbour) {
  const { video, still, root } = player;
  player.letGo();
  player.shown = "";
  root.dataset.state = "waiting";
  if (neighbour.poster) video.poster = still.src = neighbour.poster;
  else video.removeAttribute("poster");
}

function follow(player) {
  const { root, screen, video, bar, start } = player;
  let frame = 0;
  const draw = () => {
    drawTime(bar, video, player.duration);
    frame = video.paused || !root.isConnected ? 0 : requestAnimationFrame(draw);
  };
  const state = () => {
    const playing = !video.paused && !video.ended;
    root.dataset.state = playing ? "playing" : video.ended ? "ended" : "paused";
    redraw(bar.play, playing ? "pause" : video.ended ? "again" : "play", playing ? "Pause" : "Play", "K");
    if (playing && !frame) frame = requestAnimationFrame(draw);
    wake();
  };
  for (const name of ["play", "pause", "ended", "playing"]) video.addEventListener(name, state);
  for (const name of ["timeupdate", "seeked", "seeking"]) video.addEventListener(name, () => drawTime(bar, video, player.duration));
  video.addEventListener("progress", () => drawLoaded(bar, video, player.duration));
  video.addEventListener("loadedmetadata", () => {
    if (Number.isFinite(video.duration)) player.duration = video.duration;
    drawTime(bar, video, player.duration);
    player.onLength?.(player.duration);
  });
  video.addEventListener("loadeddata", () => {
    if (root.dataset.plays === "true") return;
    player.enable(true);
    player.problem.classList.add("slim");
  });
  video.addEventListener("volumechange", () => {
    drawSound(bar, video);
    keepSound(video);
  });
  video.addEventListener("click", player.toggle);
  screen.addEventListener("dblclick", (event) => event.target === video && player.fullScreen());
  start.addEventListener("click", player.toggle);
  bar.play.addEventListener("click", player.toggle);
  bar.back.addEventListener("click", () => player.skip(-10));
  bar.on.addEventListener("click", () => player.skip(10));
  bar.mute.addEventListener("click", player.mute);
  bar.full.addEventListener("click", player.fullScreen);
  bar.position.addEventListener("input", () => player.seek(Number(bar.position.value)));
  bar.volume.addEventListener("input", () => {
    video.volume = Number(bar.volume.value);
    video.muted = !video.volume;
  });
  bar.speed.addEventListener("change", () => player.setSpeed(Number(bar.speed.value)));
  bar.seek.addEventListener("pointermove", (event) => showTip(bar, event, player.duration));
  // Over the whole screen the bar goes away while nobody moves.
  let timer = 0;
  const wake = () => {
    clearTimeout(timer);
    root.classList.remove("idle");
    if (player.isFull() && !video.paused) timer = setTimeout(() => root.classList.add("idle"), IDLE_MS);
  };
  for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) root.addEventListener(name, wake);
  root.addEventListener("fullscreenchange", () => {
    const full = player.isFull();
    root.classList.toggle("full", full);
    redraw(bar.full, full ? "small" : "full", full ? "Leave full screen" : "Full screen", "F");
    wake();
  });
  drawSound(bar, video);
}
