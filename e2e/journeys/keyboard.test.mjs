// A referral with the keyboard alone, as a receptionist would: Tab, arrows,
// Space and Enter, and the focus always to be seen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WIDE, openBrowser, signInAs, windowOf } from '../browser.mjs'
import { choose, tabTo } from '../focus.mjs'
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
  await type('NHS number', withCheck('999900001'))
  await tabTo(page, (at) => at.label.startsWith('No NHS number'))
  await page.keyboard.press('Enter')
  await type('First name', 'Orla')
  await type('Last name', 'Keyboard')
  await type('Day', '3')
  await type('Month', '5')
  await type('Year', '1951')
  await choose(page, 'What is it mainly about', 'Grief or loss')
  await choose(page, 'What have you told', 'We talked about what a link worker does')
  await choose(page, 'Has the person agreed', 'Yes')
  await tabTo(page, (at) => at.type === 'submit' && at.label === 'Send referral')
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
  const words = await page.locator('main').innerText()
  assert.match(words, /[2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{3}/, `no reference is shown:\n${words}`)
  assert.ok(Date.now() - began < 30_000, 'it took longer than thirty seconds')
})

test('Alt+R goes to Refer and Alt+N begins a note, and Help says so', { timeout: 120_000 }, async () => {
  const page = await windowOf(browser, kith.origin, WIDE)
  await signInAs(page, 'Kay Ward')
  const follows = async (key) => {
    await Promise.all([page.waitForNavigation(), page.keyboard.press(key)])
    return new URL(page.url()).pathname
  }
  await page.goto('/caseload?show=active')
  await page.locator('main table a').first().click()
  await page.waitForLoadState()
  assert.match(await follows('Alt+n'), /^\/people\/[^/]+\/contact$/)
  assert.equal(await follows('Alt+r'), '/refer')
  await page.goto('/help')
  const words = await page.locator('main').innerText()
  assert.match(words, /Alt and R/)
  assert.match(words, /Alt and N/)
})
