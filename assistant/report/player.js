"use strict";
// Mix, master and reference run side by side from one moment on; to switch is to turn one up and the others down within
// 15 ms. What they are made of comes from script files beside the page, which a browser loads from a disk as well.
(() => {
  const FADE_S = 0.015;
  const NAMES = { mix: "Mix", master: "Master", reference: "Reference" };
  const buttons = [...document.querySelectorAll("button.listen")];
  const bar = document.getElementById("player");
  if (!bar || !window.AudioContext) return;
  const title = document.getElementById("player-title");
  const playButton = document.getElementById("player-play");
  const choices = document.getElementById("player-versions");
  const loading = new Map();
  const waiting = new Map();
  let context = null;
  let output = null;
  let current = null; // {index, names, buffers, gains, sources, heard, started, offset, playing}
  let asked = 0;

  window.mastertapeExcerpt = (name, files) => waiting.get(name)?.(files);

  const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;

  function load(name) {
    if (!loading.has(name)) {
      const files = new Promise((resolve, reject) => {
        waiting.set(name, resolve);
        const script = document.createElement("script");
        script.src = `report-audio/${name}.js`;
        script.onerror = () => reject(new Error("the folder report-audio is not beside this page"));
        document.head.append(script);
      });
      const ready = files.then(async (found) => {
        const decoded = {};
        for (const [version, data] of Object.entries(found)) {
          decoded[version] = await context.decodeAudioData(bytes(data));
        }
        return decoded;
      });
      ready.catch(() => loading.delete(name));
      loading.set(name, ready);
    }
    return loading.get(name);
  }

  async function open(index, version) {
    const ask = ++asked;
    if (!context) {
      context = new AudioContext();
      output = context.createGain();
      output.connect(context.destination);
    }
    const button = buttons[index];
    bar.hidden = false;
    document.body.classList.add("playing");
    title.textContent = `${button.dataset.title}: loading`;
    stop();
    current = null;
    try {
      const buffers = await load(button.dataset.excerpt);
      if (ask !== asked) return;
      const names = button.dataset.versions.split(" ").filter((one) => buffers[one]);
      current = { index, names, buffers, gains: {}, sources: [], heard: names.includes(version) ? version : names[1] ?? names[0],
        started: 0, offset: 0, playing: false };
      draw();
      await play();
    } catch (error) {
      if (ask === asked) title.textContent = `${button.dataset.title}: cannot be played, ${error.message}`;
    }
  }

  function length() {
    return Math.min(...current.names.map((name) => current.buffers[name].duration));
  }

  async function play() {
    if (!current || current.playing) return;
    await context.resume();
    const at = context.currentTime + 0.03;
    for (const name of current.names) {
      const source = context.createBufferSource();
      const gain = context.createGain();
      source.buffer = current.buffers[name];
      source.loop = true;
      source.loopEnd = length();
      gain.gain.value = name === current.heard ? 1 : 0;
      source.connect(gain).connect(output);
      source.start(at, current.offset % length());
      current.gains[name] = gain;
      current.sources.push(source);
    }
    current.started = at;
    current.playing = true;
    draw();
  }

  function stop() {
    if (!current || !current.playing) return;
    current.offset += Math.max(0, context.currentTime - current.started);
    const at = context.currentTime;
    for (const name of current.names) {
      const gain = current.gains[name].gain;
      gain.cancelScheduledValues(at);
      gain.setValueAtTime(gain.value, at);
      gain.linearRampToValueAtTime(0, at + FADE_S);
    }
    for (const source of current.sources) source.stop(at + 2 * FADE_S);
    current.sources = [];
    current.playing = false;
    draw();
  }

  function hear(name) {
    if (!current || !current.names.includes(name) || name === current.heard) return;
    current.heard = name;
    if (current.playing) {
      const at = context.currentTime;
      for (const one of current.names) {
        const gain = current.gains[one].gain;
        gain.cancelScheduledValues(at);
        gain.setValueAtTime(gain.value, at);
        gain.linearRampToValueAtTime(one === name ? 1 : 0, at + FADE_S);
      }
    }
    draw();
  }

  function draw() {
    title.textContent = buttons[current.index].dataset.title;
    playButton.textContent = current.playing ? "Pause" : "Play";
    if (choices.dataset.names !== current.names.join(" ")) {
      choices.dataset.names = current.names.join(" ");
      choices.replaceChildren(...current.names.map((name, place) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.version = name;
        button.textContent = `${place + 1} ${NAMES[name]}`;
        button.addEventListener("click", () => hear(name));
        return button;
      }));
    }
    for (const button of choices.children) {
      button.setAttribute("aria-pressed", String(button.dataset.version === current.heard));
    }
  }

  function step(by) {
    if (!buttons.length) return;
    const from = current ? current.index : 0;
    open((from + by + buttons.length) % buttons.length, current?.heard);
  }

  function toggle() {
    if (current?.playing) stop();
    else play();
  }

  function close() {
    const index = current?.index;
    asked += 1;
    stop();
    current = null;
    bar.hidden = true;
    document.body.classList.remove("playing");
    if (index !== undefined) buttons[index].focus();
  }

  function key(event) {
    if (bar.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at.closest("input, textarea, select, audio")) return;
    const inBar = bar.contains(at);
    // What has the focus keeps its own keys: Space opens a summary, arrows scroll a wide table.
    if (!inBar && at.closest("button, a, summary, .scroll") && [" ", "ArrowLeft", "ArrowRight"].includes(event.key)
      && !at.matches("button.listen")) return;
    if (event.key === " ") toggle();
    else if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "Escape") close();
    else if (current && event.key.toLowerCase() === "x") {
      hear(current.names[(current.names.indexOf(current.heard) + 1) % current.names.length]);
    } else if (current && current.names[Number(event.key) - 1]) hear(current.names[Number(event.key) - 1]);
    else return;
    event.preventDefault();
  }

  buttons.forEach((button, index) => {
    button.hidden = false;
    button.addEventListener("click", () => open(index, current?.heard));
  });
  playButton.addEventListener("click", toggle);
  document.getElementById("player-before").addEventListener("click", () => step(-1));
  document.getElementById("player-after").addEventListener("click", () => step(1));
  document.getElementById("player-close").addEventListener("click", close);
  document.addEventListener("keydown", key);
  // For those who look in from outside: what is heard, and the sound itself.
  window.mastertapePlayer = {
    state: () => ({
      open: !bar.hidden, playing: Boolean(current?.playing), heard: current?.heard ?? null, names: current?.names ?? [],
      title: title.textContent,
      gains: Object.fromEntries(Object.entries(current?.gains ?? {}).map(([name, one]) => [name, one.gain.value])),
      position: current?.playing ? current.offset + context.currentTime - current.started : current?.offset ?? 0,
    }),
    sound: () => ({ context, output }),
  };
})();
