// A session that ends while a note is being written: a warning two minutes
// before, a way to stay, and what was typed is there after signing in again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WIDE, axe, openBrowser, signInAs, windowOf } from '../browser.mjs'
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

// Opens the note of the first person of the caseload.
async function newNote(page) {
  await page.goto('/caseload?show=active')
  await page.locator('main td a[href^="/people/"]').first().click()
  await page.waitForLoadState()
  await page.getByRole('link', { name: 'Add note' }).or(page.getByRole('button', { name: 'Add note' })).first().click()
  await page.waitForLoadState()
  return page.url()
}

const theNote = (page) => page.locator('textarea[name=note]')

test('timeout_keeps_draft', { timeout: 120_000 }, async () => {
  const page = await windowOf(browser, kith.origin, WIDE)
  await signInAs(page, 'Kay Ward')
  await page.clock.install()
  const note = await newNote(page)
  const half = 'She has not sung since the spring, and'
  await theNote(page).fill(half)
  await page.clock.runFor(6_000)
  await page.getByText(/^Draft saved/).waitFor()

  // Two minutes before the end somebody is asked, and the focus is there.
  await page.clock.runFor('13:02')
  const dialog = page.getByRole('dialog', { name: 'You will be signed out soon' })
  await dialog.waitFor()
  assert.match(await dialog.innerText(), /in 2 minutes/)
  assert.deepEqual(await axe(page), [])
  const stay = dialog.getByRole('button', { name: 'Stay signed in' })
  assert.ok(await stay.evaluate((one) => one === document.activeElement), 'the focus is elsewhere')
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  assert.equal(page.url(), note)

  // Nobody answers: the page goes to the sign-in by itself.
  await page.context().clearCookies()
  await page.clock.runFor('15:02')
  await page.waitForURL(/\/sign-in/)
  assert.equal(new URL(page.url()).searchParams.get('back'), new URL(note).pathname)

  await signInAs(page, 'Kay Ward')
  await page.goto(note)
  assert.equal(await theNote(page).inputValue(), half)
})

test('a link worker comes back to a page left by another tab and loses nothing', { timeout: 120_000 }, async () => {
  const page = await windowOf(browser, kith.origin, WIDE)
  await signInAs(page, 'Kay Ward')
  const note = await newNote(page)
  await theNote(page).fill('Half a sentence')
  await page.getByText(/^Draft saved/).waitFor({ timeout: 15_000 })
  // Away to another page, and back with the browser's own button.
  await page.goto('/today')
  await page.goBack()
  assert.equal(page.url(), note)
  assert.equal(await theNote(page).inputValue(), 'Half a sentence')
})
