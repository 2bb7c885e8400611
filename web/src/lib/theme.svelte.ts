export type Theme = 'system' | 'light' | 'dark'
export const themes: readonly Theme[] = ['system', 'light', 'dark']

/** `static/theme.js` has read the same before the page was drawn. */
const stored = document.documentElement.dataset.theme
let chosen = $state<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')

export const theme = (): Theme => chosen

export const chooseTheme = (wanted: Theme): void => {
  chosen = wanted
  if (wanted === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = wanted
  try {
    localStorage.setItem('theme', wanted)
  } catch {
    // Forbidden here; it holds until the page is left.
  }
}
