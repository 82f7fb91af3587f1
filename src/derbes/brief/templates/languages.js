
"use strict";
(() => {
  const root = document.documentElement, bar = document.getElementById("languages");
  const buttons = [...bar.querySelectorAll("button")];
  const pages = {[root.lang]: {
    main: document.querySelector("main"), title: document.title, choose: bar.getAttribute("aria-label")}};
  for (const one of document.querySelectorAll("template[lang]")) {
    const {title, choose} = one.dataset;
    pages[one.lang] = {main: one.content.querySelector("main"), title, choose};
  }
  const names = [".page-one", "nav"];
  const places = ".page-one, nav, section[id], figure[id]";
  const name = one => one.id ? "#" + CSS.escape(one.id) : names.find(each => one.matches(each));
  const place = main => {
    const line = innerHeight / 4, all = [...main.querySelectorAll(places)].filter(one => one.offsetParent);
    const at = all.findLast(one => one.getBoundingClientRect().top <= line);
    if (!at || scrollY === 0) return null;
    const {top, height} = at.getBoundingClientRect();
    return {at: name(at), into: height ? Math.min(1, (line - top) / height) : 0};
  };
  const turn = (main, {at, into}) => {
    const found = main.querySelector(at);
    if (!found) return;
    const {top, height} = found.getBoundingClientRect();
    scrollBy({top: top + into * height - innerHeight / 4, behavior: "instant"});
  };
  const show = language => {
    const old = pages[root.lang].main, found = pages[language];
    if (!found || language === root.lang) return;
    const here = place(old), open = [...old.querySelectorAll("details")].map(one => one.open);
    old.replaceWith(found.main);
    root.lang = language;
    document.title = found.title;
    bar.setAttribute("aria-label", found.choose);
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.lang === language));
    const folds = [...found.main.querySelectorAll("details")];
    if (folds.length === open.length) folds.forEach((one, n) => { one.open = open[n]; });
    if (here) turn(found.main, here);
  };
  const asked = () => {
    const found = /^#lang=([a-z]+)$/.exec(location.hash);
    if (found) show(found[1]);
  };
  for (const one of buttons) one.addEventListener("click", () => show(one.lang));
  addEventListener("hashchange", asked);
  bar.hidden = false;
  asked();
})();
