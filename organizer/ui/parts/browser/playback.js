// Plays a video of the library in a <video>: the original where the browser can, else pieces of it that the
// server makes while it plays (/play/KEY). Needs nothing but element.js before it.
//
//   attachVideo(video, { key, mode, onProblem }) -> detach: a function that lets go of it, also { detach }
//
// mode: "original", "converted", or "hevc": the original only where the browser says that it plays HEVC.
// onProblem: called with a sentence when nothing works.
const PLAYBACK = {
  aheadS: 30, // fetched before it is needed, while it plays
  restS: 2, // the same before anybody pressed play
  behindS: 30, // kept behind, to jump back without waiting
  hopS: 1, // a hole at which no browser need stop
  tries: 4,
  hevc: 'video/mp4; codecs="hvc1.1.6.L120.90"',
  broken: "This browser cannot play the file's format, or the file is damaged. Other players may play it.",
  silent: "The gallery does not answer. Start it again, then reload this page.",
};

class PlaybackProblem extends Error {}

function attachVideo(video, { key, mode, onProblem }) {
  const address = encodeURIComponent(key);
  const attached = new AbortController();
  const listen = (name, heard) => video.addEventListener(name, heard, { signal: attached.signal });
  let pieces = null;

  const convert = () => {
    if (pieces || attached.signal.aborted) return;
    const at = video.currentTime || 0;
    const play = !video.paused || video.autoplay;
    pieces = playPieces(video, address, { at, play, signal: attached.signal });
    pieces.catch((problem) => {
      if (attached.signal.aborted) return;
      const known = problem instanceof PlaybackProblem;
      onProblem?.(known ? problem.message : PLAYBACK.broken);
    });
  };

  const original = mode !== "converted" && !(mode === "hevc" && !video.canPlayType(PLAYBACK.hevc));
  if (original) {
    listen("error", convert);
    listen("loadedmetadata", () => {
      // Sound alone: the browser passed over pictures that it does not know.
      if (!video.videoWidth) convert();
    });
    listen("playing", async () => {
      if (pieces || video.dataset.soundAsked === key) return;
      video.dataset.soundAsked = key;
      // It plays pictures and keeps quiet about sound that it does not know.
      const answer = await askPieces(address, attached.signal).catch(() => null);
      const plan = await answer?.json().catch(() => null);
      if (plan && !plan.soundPlays) convert();
    });
    video.src = "/clip/" + encodeURIComponent(key);
  } else {
    convert();
  }

  const detach = () => {
    attached.abort();
    video.removeAttribute("src");
    // Ends the connection, which a browser keeps open for a paused video.
    video.load();
  };
  return Object.assign(detach, { detach });
}

// Ends when the signal says so; rejects with a PlaybackProblem when it cannot go on.
async function playPieces(video, address, { at, play, signal }) {
  const plan = await (await askPieces(address, signal)).json();
  if (!window.MediaSource || !MediaSource.isTypeSupported(plan.type)) {
    throw new PlaybackProblem("This browser cannot play the video, also when it is converted.");
  }
  const inside = new AbortController();
  signal.addEventListener("abort", () => inside.abort());
  const broken = new Promise((_, reject) => {
    video.addEventListener(
      "error",
      () => {
        inside.abort();
        reject(new PlaybackProblem(PLAYBACK.broken));
      },
      { signal: inside.signal },
    );
  });
  const source = new MediaSource();
  const opened = happens(source, "sourceopen", inside.signal);
  const url = URL.createObjectURL(source);
  video.src = url;
  await opened;
  URL.revokeObjectURL(url);
  if (plan.duration) source.duration = plan.duration;
  const buffer = source.addSourceBuffer(plan.type);
  const feeder = new PieceFeeder(video, address, plan, source, buffer, inside.signal);
  if (at) video.currentTime = at;
  if (play) video.play().catch(() => {});
  try {
    await Promise.race([feeder.feed(), broken]);
  } finally {
    inside.abort();
  }
}

class PieceFeeder {
  constructor(video, address, plan, source, buffer, signal) {
    Object.assign(this, { video, address, plan, source, buffer, signal });
    this.have = new Set();
    this.last = Infinity;
    this.asking = null;
    this.played = false;
    this.wake = () => {};
    const awake = () => this.wake();
    for (const name of ["timeupdate", "seeking", "waiting", "playing", "progress"]) {
      video.addEventListener(name, awake, { signal });
    }
    video.addEventListener("play", () => ((this.played = true), awake()), { signal });
    video.addEventListener("seeking", () => this.leaveWrong(), { signal });
    signal.addEventListener("abort", awake);
    this.played = !video.paused;
  }

  begins(number) {
    return number ? this.plan.first + (number - 1) * this.plan.step : 0;
  }

  numberAt(second) {
    return second < this.plan.first ? 0 : 1 + Math.floor((second - this.plan.first) / this.plan.step + 1e-6);
  }

  // The first piece from here on that is not there yet.
  next() {
    let number = this.numberAt(this.video.currentTime);
    while (this.have.has(number)) number += 1;
    return number;
  }

  // A viewer who jumped does not wait for what was asked for before.
  leaveWrong() {
    if (this.asking && this.asking.number !== this.next()) this.asking.abort.abort();
  }

  async feed() {
    await this.append(await (await askPieces(this.address + "/init", this.signal)).arrayBuffer());
    while (!this.signal.aborted) {
      const number = this.next();
      const ahead = this.begins(number) - this.video.currentTime;
      const due = number <= this.last && ahead < (this.played ? PLAYBACK.aheadS : PLAYBACK.restS);
      if (due) {
        await this.bring(number);
        continue;
      }
      if (number > this.last && this.source.readyState === "open") this.source.endOfStream();
      this.hop();
      await new Promise((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, 500);
      });
    }
  }

  async bring(number) {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.signal]);
    this.asking = { number, abort };
    try {
      const version = "?version=" + encodeURIComponent(this.plan.version);
      const answer = await askPieces(`${this.address}/segment/${number}${version}`, signal);
      const data = answer.status === 204 ? null : await answer.arrayBuffer();
      if (answer.headers.get("X-Last-Piece") === "1") this.last = Math.min(this.last, number);
      if (data) await this.append(data);
      this.have.add(number);
      this.hop();
    } catch (problem) {
      if (!abort.signal.aborted || this.signal.aborted) throw problem;
    } finally {
      this.asking = null;
    }
  }

  async append(data) {
    for (let tries = 0; ; tries += 1) {
      try {
        this.buffer.appendBuffer(data);
        await happens(this.buffer, "updateend", this.signal);
        break;
      } catch (problem) {
        if (problem.name !== "QuotaExceededError" || tries >= 60) throw problem;
        // No room: what lies behind goes, then what was fetched far ahead; else it plays on first.
        if (!(await this.makeRoom(tries ? 2 : PLAYBACK.behindS))) await pause(1000, this.signal);
      }
    }
    await this.makeRoom(PLAYBACK.behindS * 2, PLAYBACK.behindS);
  }

  // Removes what lies further behind than so many seconds; keeps so many of it.
  async makeRoom(furtherS, keepS = furtherS) {
    const { buffered } = this.buffer;
    const now = this.video.currentTime;
    const near = this.numberAt(now);
    let removed = false;
    if (buffered.length && buffered.start(0) < now - furtherS) {
      removed = await this.remove(0, now - keepS);
    }
    const far = now + PLAYBACK.aheadS + 2 * this.plan.step;
    if (buffered.length && buffered.end(buffered.length - 1) > far) {
      removed = (await this.remove(far, Infinity)) || removed;
    }
    for (const number of this.have) {
      if (number < near && this.begins(number) < now - keepS) this.have.delete(number);
      if (this.begins(number + 1) > far) this.have.delete(number);
    }
    return removed;
  }

  async remove(start, end) {
    if (end <= start || this.source.readyState !== "open") return false;
    this.buffer.remove(start, end);
    await happens(this.buffer, "updateend", this.signal);
    return true;
  }

  // Over a hole: sound and pictures need not begin at the same moment.
  hop() {
    const { video } = this;
    if (video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) return;
    const now = video.currentTime;
    for (let index = 0; index < video.buffered.length; index += 1) {
      const start = video.buffered.start(index);
      if (now >= start && now < video.buffered.end(index)) return;
      if (start > now && start - now < PLAYBACK.hopS) {
        video.currentTime = start + 0.001;
        return;
      }
    }
  }
}

// Fetches, again where the server had no place; rejects with a PlaybackProblem in the server's words.
async function askPieces(address, signal) {
  for (let tries = 1; ; tries += 1) {
    let answer = null;
    try {
      answer = await fetch("/play/" + address, { signal });
    } catch (problem) {
      if (signal.aborted) throw problem;
    }
    if (answer?.ok) return answer;
    if (tries >= PLAYBACK.tries || (answer && answer.status !== 503)) {
      const told = await answer?.json().catch(() => null);
      throw new PlaybackProblem(told?.problem || (answer ? PLAYBACK.broken : PLAYBACK.silent));
    }
    await pause(500 * tries, signal);
  }
}

function happens(target, name, signal) {
  return new Promise((resolve, reject) => {
    const stopped = () => reject(new DOMException("stopped", "AbortError"));
    if (signal.aborted) stopped();
    signal.addEventListener("abort", stopped, { once: true });
    target.addEventListener(name, resolve, { once: true, signal });
  });
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, ms);
    signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")), { once: true });
  });
}
