"use strict";
// Where there is room, every plot is shown; on a telephone they are opened one by one.
if (matchMedia("(min-width: 60rem)").matches) {
  for (const one of document.querySelectorAll("details.plots")) one.open = true;
}
// On paper everything is shown; afterwards what was closed is closed again.
(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not(.files)")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    opened = [];
  });
})();
