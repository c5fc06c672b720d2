// What only a real browser can show: a passkey of its own authenticator, and
// hostile text that it does not run. The page's policy holds here, as it does
// for everybody.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { WIDE, openBrowser, signInAs } from '../browser.mjs'
import { startKith, startService } from '../kith.mjs'

let browser

before(async () => {
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
})

// The code an authenticator shows for a key in letters (RFC 6238).
function codeOf(letters) {
  const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...letters.replaceAll(/[\s=]/g, '')]
    .map((letter) => signs.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const sum = createHmac('sha1', key).update(step).digest()
  const at = sum[19] & 15
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

// An authenticator in the machine itself, which knows its user.
async function authenticator(page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true
    }
  })
  const keys = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  return { keys }
}

test('an administrator adds a passkey and signs in with it', { timeout: 120_000 }, async () => {
  const kith = await startService()
  try {
    const context = await browser.newContext({ viewport: WIDE, baseURL: kith.origin })
    const page = await context.newPage()
    const { keys } = await authenticator(page)
    // The invitation: a password and an authenticator application.
    await page.goto(kith.invitation)
    const letters = await page.locator('main code').first().innerText()
    await page.getByLabel('Password', { exact: true }).fill('four heron walks softly')
    await page.getByLabel('Password again').fill('four heron walks softly')
    await page.getByRole('textbox', { name: 'Code' }).fill(codeOf(letters))
    await page.getByRole('button', { name: 'Set up my account' }).click()
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
    // A passkey.
    await page.goto('/account/passkeys')
    await page.getByLabel('What will you call it?').fill('This machine')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('Passkey added').waitFor()
    assert.equal((await keys()).length, 1)
    // Out, and in again with nothing but the passkey.
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    assert.deepEqual((await context.cookies()).filter((one) => one.name === 'kith'), [])
    await page.getByRole('link', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL((url) => url.pathname === '/sign-in/passkey')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    await page.goto('/account/passkeys')
    assert.ok(await page.getByRole('cell', { name: 'This machine', exact: true }).isVisible())
    // Removed: it signs nobody in any more.
    await page.getByRole('button', { name: 'Remove This machine' }).click()
    await page.getByText('Passkey removed').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.goto('/sign-in/passkey')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('The passkey was not accepted').first().waitFor()
    await page.goto('/account')
    assert.match(page.url(), /\/sign-in/)
  } finally {
    await kith.stop()
  }
})

// Each runs in a browser that takes it for more than text.
const HOSTILE = [
  '<script>window.__pwned=1</script>',
  '<img src=x onerror=window.__pwned=1>',
  '"><svg/onload=window.__pwned=1>',
  "' autofocus onfocus=window.__pwned=1 x='",
  '</textarea><script>window.__pwned=1</script>',
  '</title><script>window.__pwned=1</script>',
  '<details open ontoggle=window.__pwned=1>',
  '<iframe srcdoc="<script>parent.__pwned=1</script>">'
]

test('hostile text that a practice writes runs in no browser', { timeout: 180_000 }, async () => {
  const kith = await startKith('pcn')
  try {
    const wrong = []
    const window = async (name) => {
      const context = await browser.newContext({ viewport: WIDE, baseURL: kith.origin })
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          window.__refused = [...(window.__refused ?? []), event.blockedURI + ' ' + event.violatedDirective]
        })
      })
      const page = await context.newPage()
      page.on('dialog', (dialog) => {
        wrong.push(`a dialog: ${dialog.message()}`)
        dialog.dismiss()
      })
      await signInAs(page, name)
      return page
    }
    const harmless = async (page) => {
      const kept = await page.evaluate(async () => [
        ...Object.keys(localStorage), ...Object.keys(sessionStorage),
        ...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys())
      ])
      if (kept.length > 0) wrong.push(`${page.url()}: the browser keeps ${kept}`)
      const [pwned, refused] = await page.evaluate(() => [window.__pwned, window.__refused])
      if (pwned !== undefined) wrong.push(`${page.url()}: it ran`)
      if (refused !== undefined) wrong.push(`${page.url()}: the policy had to refuse ${refused}`)
    }
    const rita = await window('Rita Shah')
    let shown = 0
    for (const text of HOSTILE) {
      await rita.goto('/refer')
      await rita.getByLabel('First name').evaluate((field) => field.closest('details')?.setAttribute('open', ''))
      await rita.getByLabel('First name').fill(text)
      await rita.getByLabel('Last name').fill(text)
      await rita.getByLabel('Day').first().fill('3')
      await rita.getByLabel('Month').first().fill('5')
      await rita.getByLabel('Year').first().fill('1951')
      await rita.getByRole('radio', { name: 'Grief or loss' }).check()
      await rita.getByLabel('We talked about what a link worker does').check()
      // First with an answer missing: the form comes back with the text in it.
      await rita.getByRole('button', { name: 'Send referral' }).click()
      await rita.waitForLoadState()
      await harmless(rita)
      await rita.getByRole('radio', { name: 'Yes', exact: true }).check()
      await rita.getByRole('button', { name: 'Send referral' }).click()
      await rita.waitForLoadState()
      await harmless(rita)
    }
    for (const [name, path] of [['Rita Shah', '/sent'], ['Kay Ward', '/waiting'], ['Mo Khan', '/waiting']]) {
      const page = await window(name)
      await page.goto(path)
      await harmless(page)
      const words = await page.locator('main').innerText()
      shown += HOSTILE.filter((text) => words.toLowerCase().includes(text.toLowerCase())).length
      const links = await page.locator('main a').evaluateAll((all) =>
        all.filter((one) => one.innerText.toLowerCase().includes('__pwned')).map((one) => one.href)
      )
      for (const link of links) {
        await page.goto(link)
        await harmless(page)
      }
    }
    assert.deepEqual(wrong, [])
    assert.ok(shown >= HOSTILE.length, `only ${shown} were shown: nothing is proved`)
  } finally {
    await kith.stop()
  }
})
