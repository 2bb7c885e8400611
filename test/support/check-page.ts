import type { Page } from '@playwright/test'

/**
 * What a page owes to those who use it by keyboard or by ear, as far as a program can see it: the problems it has, in words. `window` is wide
 * enough when nothing has to be scrolled sideways; text stands out enough at 4.5 : 1 (WCAG 2.2, 1.4.3).
 */
export const problemsOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const isShown = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true })
    const textOf = (id: string): string => document.getElementById(id)?.textContent ?? ''
    const nameOf = (element: Element): string => {
      const label = element.getAttribute('aria-label')
      const labelledBy = element.getAttribute('aria-labelledby')?.split(' ').map(textOf).join(' ')
      const labels = 'labels' in element && element.labels instanceof NodeList ? [...element.labels] : []
      const own = labels.length > 0 ? labels.map((each) => each.textContent).join(' ') : element.textContent
      return (label ?? labelledBy ?? own ?? '').trim()
    }
    const all = (selector: string): readonly Element[] =>
      [...document.querySelectorAll(selector)].filter(isShown)
    const show = (element: Element): string => element.outerHTML.slice(0, 120)

    const problems: string[] = []
    for (const element of all('a, button, input, select, textarea, progress, table, dialog'))
      if (nameOf(element) === '') problems.push(`has no name: ${show(element)}`)
    for (const [selector, count] of [
      ['main', 1],
      ['nav', 1],
      ['h1', 1],
    ] as const)
      if (all(selector).length !== count)
        problems.push(`has ${all(selector).length} ${selector} instead of ${count}`)
    for (const element of all('[tabindex]'))
      if (Number(element.getAttribute('tabindex')) > 0)
        problems.push(`changes the order of focus: ${show(element)}`)
    for (const element of all('[aria-describedby]'))
      for (const id of (element.getAttribute('aria-describedby') ?? '').split(' '))
        if (document.getElementById(id) === null && !id.endsWith('-problem'))
          problems.push(`is described by "${id}", which is not there: ${show(element)}`)
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
    for (const id of ids.filter((each, i) => ids.indexOf(each) !== i))
      problems.push(`has the id "${id}" twice`)
    if (document.documentElement.lang === '') problems.push('does not tell its language')
    // A canvas turns every notation of a colour into red, green, blue and opacity.
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const channelsOf = (colour: string): readonly number[] => {
      if (canvas === null) throw new Error('there is no canvas')
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const luminanceOf = (channels: readonly number[]): number => {
      const [red = 0, green = 0, blue = 0] = channels.map((value) =>
        value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const groundOf = (element: Element | null): readonly number[] => {
      const own =
        element === null ? [255, 255, 255, 255] : channelsOf(getComputedStyle(element).backgroundColor)
      return element === null || own[3] === 255 ? own : groundOf(element.parentElement)
    }
    for (const element of all('body *')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim())
      if (!hasText) continue
      const text = luminanceOf(channelsOf(getComputedStyle(element).color))
      const ground = luminanceOf(groundOf(element))
      const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
      if (contrast < 4.5) problems.push(`has a contrast of ${contrast.toFixed(1)}: ${show(element)}`)
    }
    if (document.documentElement.scrollWidth > window.innerWidth) problems.push('has to be scrolled sideways')
    return problems
  })
