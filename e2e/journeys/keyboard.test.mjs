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

// The tenth digit of an NHS number; of the range that is never given out.
const withCheck = (nine) => {
  const sum = [...nine].reduce((all, digit, at) => all + Number(digit) * (10 - at), 0)
  return nine + ((11 - (sum % 11)) % 11)
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
  const choose = async (legend, label) => {
    let at = await tabTo(page, (one) => one.legend.startsWith(legend))
    // Arrows move among radio buttons, Tab among boxes.
    const next = at.type === 'radio' ? 'ArrowDown' : 'Tab'
    for (let step = 0; step < 20 && at.label !== label; step += 1) {
      await page.keyboard.press(next)
      at = await focused(page)
    }
    assert.equal(at.label, label)
    if (!(await page.evaluate(() => document.activeElement.checked))) await page.keyboard.press('Space')
  }
  await type('NHS number', withCheck('999900001'))
  await tabTo(page, (at) => at.label.startsWith('No NHS number'))
  await page.keyboard.press('Enter')
  await type('First name', 'Orla')
  await type('Last name', 'Keyboard')
  await type('Day', '3')
  await type('Month', '5')
  await type('Year', '1951')
  await choose('What is it mainly about', 'Grief or loss')
  await choose('What have you told', 'We talked about what a link worker does')
  await choose('Has the person agreed', 'Yes')
  await tabTo(page, (at) => at.type === 'submit' && at.label === 'Send referral')
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
  const words = await page.locator('main').innerText()
  assert.match(words, /[2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{3}/, `no reference is shown:\n${words}`)
  assert.ok(Date.now() - began < 30_000, 'it took longer than thirty seconds')
})
