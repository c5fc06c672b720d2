// A referral with the keyboard alone, as a receptionist would: Tab, arrows,
// Space and Enter, and the focus always to be seen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WIDE, openBrowser, signInAs, windowOf } from '../browser.mjs'
import { startKith } from '../kith.mjs'

let browser
let kith

before(async () => {
  browser = await openBrowser()
  kith = await startKith('pcn')
})
after(async () => {
  await browser?.close()
  await kith?.stop()
})

// What the focus is on: the label of a field, the words of a link or button.
const focused = (page) =>
  page.evaluate(() => {
    const one = document.activeElement
    const label = one.labels?.[0]?.innerText ?? one.innerText ?? one.getAttribute('aria-label') ?? ''
    const legend = one.closest('fieldset')?.querySelector('legend')?.innerText ?? ''
    const box = one.getBoundingClientRect()
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const covered = box.height > 0 && top && !one.contains(top) && !top.contains(one) && !one.labels?.[0]?.contains(top)
    return { label: label.trim(), legend: legend.trim(), type: one.type ?? '', covered }
  })

// Presses Tab until the focus is where it should be.
async function tabTo(page, wanted) {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press('Tab')
    const at = await focused(page)
    assert.ok(!at.covered, `the focus on "${at.label}" is covered`)
    if (wanted(at)) return at
  }
  throw new Error(`not reached with Tab on ${page.url()}: ${wanted}`)
}

test('a practice refers somebody with the keyboard alone', { timeout: 120_000 }, async () => {
  const page = await windowOf(browser, kith.origin, WIDE)
  await signInAs(page, 'Rita Shah')
  await page.goto('/refer')
  const began = Date.now()
  const type = async (label, words) => {
    await tabTo(page, (at) => at.label.startsWith(label))
    await page.keyboard.type(words)
  }
  const press = async (legend, label) => {
    let at = await tabTo(page, (one) => one.legend.includes(legend) && ['radio', 'checkbox'].includes(one.type))
    for (let step = 0; step < 20 && at.label !== label; step += 1) {
      await page.keyboard.press(at.type === 'radio' ? 'ArrowDown' : 'Tab')
      at = await focused(page)
    }
    assert.equal(at.label, label)
    if (at.type === 'checkbox' || !(await page.evaluate(() => document.activeElement.checked))) await page.keyboard.press('Space')
  }
  const fields = await page.$$eval('main label, main legend', (all) => all.map((one) => one.innerText.trim()))
  const has = (start) => fields.some((one) => one.startsWith(start))
  if (has('NHS number')) await type('NHS number', '999 000 0018')
  if (has('Given name') || has('First name')) await type(has('Given name') ? 'Given name' : 'First name', 'Orla')
  if (has('Family name') || has('Last name')) await type(has('Family name') ? 'Family name' : 'Last name', 'Keyboard')
  if (has('Day')) {
    await type('Day', '3')
    await type('Month', '5')
    await type('Year', '1951')
  }
  const legends = await page.$$eval('main fieldset', (all) =>
    all
      .filter((set) => set.querySelector('input[type=radio], input[type=checkbox]') && !set.querySelector('fieldset'))
      .map((set) => [set.querySelector('legend').innerText.trim(), set.querySelector('label').innerText.trim()])
  )
  for (const [legend, first] of legends) await press(legend, first)
  await tabTo(page, (at) => at.type === 'submit' && /send|refer/i.test(at.label))
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
  const words = await page.locator('main').innerText()
  assert.match(words, /[2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{3}/, `no reference is shown:\n${words}`)
  assert.ok(Date.now() - began < 30_000, 'it took longer than thirty seconds')
})
