// Before the first paint, and a file of its own: the policy allows no inline script.
(() => {
  try {
    const theme = localStorage.getItem("pie.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage the system's theme is right.
  }
})();
