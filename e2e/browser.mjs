// The system's Chromium, and what every journey does with it: sign in as
// somebody made up, and look whether a screen is accessible, fits a narrow
// window, and prints.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const NARROW = { width: 320, height: 640 }
export const WIDE = { width: 1280, height: 900 }
// One of each role; the second word is what the pictures are called.
export const PEOPLE = [
  ['Rita Shah', 'practice'],
  ['Kay Ward', 'link-worker'],
  ['Mo Khan', 'manager'],
  ['Ada Lowe', 'administrator'],
  ['Grace Hill', 'guardian'],
  ['Lena Frost', 'safeguarding-lead']
]

export const browserPlace = () => process.env.CHROMIUM ?? PLACES.find(existsSync)

export async function openBrowser() {
  return chromium.launch({
    executablePath: browserPlace(),
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'
    ]
  })
}

// A window of somebody's own: cookies apart from everybody else's. Nothing
// may be asked of another host.
export async function windowOf(browser, origin, viewport = WIDE) {
  // Our checks look into the page by script, which its policy would refuse.
  const context = await browser.newContext({ viewport, baseURL: origin, bypassCSP: true, reducedMotion: 'reduce' })
  const elsewhere = []
  context.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:')) elsewhere.push(url)
  })
  const page = await context.newPage()
  page.elsewhere = elsewhere
  return page
}

export async function signInAs(page, name) {
  await page.goto('/demo')
  await page.getByRole('button', { name: `Sign in as ${name}` }).click()
  await page.waitForLoadState()
  assert.ok(!page.url().endsWith('/demo'), `${name} is not signed in`)
}

// The script of the NHS's radios tells by aria-expanded that a choice opens a
// question. ARIA has no such word for a radio; screen readers say it, and the
// NHS keeps it. Of that one word on that one element nothing is said here.
const OPENS_A_QUESTION = (rule, node) =>
  rule.id === 'aria-allowed-attr' &&
  /^<input class="nhsuk-radios__input"/.test(node.html) &&
  node.all.every(({ data }) => data?.values?.length === 1 && data.values[0].startsWith('aria-expanded='))

// Everything axe finds against WCAG 2.2 AA, a line each.
export async function axe(page) {
  await page.evaluate(AXE)
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations']
    })
  )
  return found.violations.flatMap((rule) =>
    rule.nodes
      .filter((node) => !OPENS_A_QUESTION(rule, node))
      .map((node) => `${rule.id}: ${rule.help}: ${node.target.join(' ')}`)
  )
}

// Whether one has to scroll sideways; a wide table may scroll in its own box.
export async function sideways(page) {
  return page.evaluate(() => {
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth
    if (over <= 0) return []
    const wide = [...document.querySelectorAll('main *')]
      .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((one) => `${one.tagName.toLowerCase()}.${one.className}`)
    return [`${over}px too wide: ${[...new Set(wide)].slice(0, 4).join(', ')}`]
  })
}

// On paper neither the bar nor the buttons are printed, and the words are.
export async function onPaper(page) {
  await page.emulateMedia({ media: 'print' })
  const wrong = await page.evaluate(() => {
    const seen = (one) => one && getComputedStyle(one).display !== 'none' && one.getClientRects().length > 0
    const faults = []
    if (seen(document.querySelector('.nhsuk-header__navigation'))) faults.push('the places to go are printed')
    if (!seen(document.querySelector('h1'))) faults.push('the heading is not printed')
    return faults
  })
  await page.emulateMedia({ media: 'screen' })
  return wrong
}
