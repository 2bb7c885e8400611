// Before anything is drawn, lest a dark screen flash white. A file, because the page's policy runs no inline script of ours.
try {
  const theme = localStorage.getItem('theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden; then the system's theme is shown.
}
