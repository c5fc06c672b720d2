//! Passkeys (WebAuthn): a key pair in the browser or on a telephone that
//! checks a finger, a face or a PIN before it signs, so that one passkey is
//! two factors and cannot be given to another site. What must be remembered
//! between question and answer travels in the form, sealed for its session
//! and good for five minutes; each question is answered once.

use axum::{http::header, response::IntoResponse};
use kith_base::{Email, Id, Line, Refusal, Ts};
use kith_db::{Outcome, Tx, on, run};
use kith_pages::{Html, el, form::FormToken, html::p};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Webauthn,
};

use crate::{
    actor::{Account, Scheme},
    app::App,
    secret::{Hash, sha256},
    sheet::{pieces, send},
    trouble::Trouble,
};

/// How long a question may wait for its answer, in seconds.
const LASTS: i64 = 5 * 60;
/// What the server's key is used for here.
const PURPOSE: &str = "passkey questions";
/// Where the browser's part is.
pub(crate) const SCRIPT: &str = "/passkey.js";

/// The browser's part: asks the browser for the passkey and sends the form.
pub(crate) async fn script() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, include_str!("passkey.js"))
}

/// Names a passkey.
pub(crate) enum Key {}

/// A passkey as it is kept.
pub(crate) struct Kept {
    pub(crate) id: Id<Key>,
    pub(crate) name: Line,
    pub(crate) made_at: Ts,
    pub(crate) used_at: Option<Ts>,
    passkey: Passkey,
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    id: Id<Key>,
    name: Line,
    made_at: Ts,
    used_at: Option<Ts>,
    credential: String,
}

/// A question to the browser, and what answers it must match.
#[derive(Clone)]
pub(crate) struct Question {
    /// `create` or `get`.
    sort: &'static str,
    /// The question in the browser's own JSON.
    pub(crate) options: String,
    /// What is remembered, sealed.
    pub(crate) state: String,
}

#[derive(Serialize, Deserialize)]
struct Asked<S> {
    at: i64,
    state: S,
}

impl Question {
    fn new(
        app: &App,
        sort: &'static str,
        options: &impl Serialize,
        state: impl Serialize,
        (owner, now): (&[u8], Ts),
    ) -> Result<Self, Trouble> {
        let asked = Asked {
            at: now.micros(),
            state,
        };
        let bytes = serde_json::to_vec(&asked).map_err(Trouble::fault)?;
        let state = app.key.seal_letters(PURPOSE, owner, &bytes);
        Ok(Self {
            sort,
            options: serde_json::to_string(options).map_err(Trouble::fault)?,
            state: state.map_err(Trouble::fault)?,
        })
    }

    /// The form that asks the browser; without scripts it says what is needed.
    pub(crate) fn form(
        &self,
        action: String,
        token: &FormToken,
        fields: Html,
        button: &str,
    ) -> Html {
        let hidden = |name, value: &str| {
            let input = el("input").attr("type", "hidden").attr("name", name);
            Html::from(input.attr_even_empty("value", value))
        };
        let form = el("form")
            .attr("method", "post")
            .attr("action", &kith_pages::Href::from(action))
            .attr("novalidate", true)
            .attr("data-passkey", self.sort)
            .attr("data-options", &self.options)
            .child(token.fields())
            .child(hidden("state", &self.state))
            .child(hidden("credential", ""))
            .child(fields)
            .child(send(button));
        pieces([
            el("noscript")
                .child(p("Passkeys need scripts in the browser."))
                .into(),
            form.into(),
            el("script")
                .attr("type", "module")
                .attr("src", SCRIPT)
                .into(),
        ])
    }
}

fn webauthn(app: &App) -> Result<&Webauthn, Refusal> {
    let known = app.passkeys.as_deref();
    known.ok_or_else(|| Refusal::conflict("Passkeys cannot be used at this address"))
}

fn wrong() -> Refusal {
    Refusal::invalid("The passkey was not accepted")
        .try_next("Open the page again and try once more")
}

/// What was asked, if it was asked of the same owner in the last minutes.
fn asked<S: DeserializeOwned>(app: &App, state: &str, owner: &[u8], now: Ts) -> Result<S, Refusal> {
    let bytes = app
        .key
        .open_letters(PURPOSE, owner, state)
        .ok_or_else(wrong)?;
    let asked: Asked<S> = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    let age = now.seconds_since(Ts::from_micros(asked.at));
    if (0..=LASTS).contains(&age) {
        Ok(asked.state)
    } else {
        Err(wrong())
    }
}

fn answer<T: DeserializeOwned>(credential: &str) -> Result<T, Refusal> {
    serde_json::from_str(credential).map_err(|_| wrong())
}

/// Asks the browser for a new passkey.
pub(crate) fn ask_new(
    app: &App,
    (account, email, name): (Id<Account>, &Email, &str),
    kept: &[Kept],
    (owner, now): (&[u8], Ts),
) -> Result<Question, Trouble> {
    let known = kept.iter().map(|kept| kept.passkey.cred_id().clone());
    let (mut options, state) = webauthn(app)?
        .start_passkey_registration(account.uuid(), email, name, Some(known.collect()))
        .map_err(Trouble::fault)?;
    // Kept where it can be found again without saying who one is, if it can.
    if let Some(choice) = &mut options.public_key.authenticator_selection {
        choice.resident_key = Some(webauthn_rs_proto::ResidentKeyRequirement::Preferred);
    }
    Question::new(app, "create", &options, state, (owner, now))
}

/// The new passkey the browser made.
pub(crate) fn new_passkey(
    app: &App,
    state: &str,
    credential: &str,
    (owner, now): (&[u8], Ts),
) -> Result<Passkey, Refusal> {
    let state: PasskeyRegistration = asked(app, state, owner, now)?;
    let made: RegisterPublicKeyCredential = answer(credential)?;
    webauthn(app)?
        .finish_passkey_registration(&made, &state)
        .map_err(|_| wrong())
}

/// Asks for one of an account's passkeys; `None` when it has none.
pub(crate) fn ask_known(
    app: &App,
    kept: &[Kept],
    (owner, now): (&[u8], Ts),
) -> Result<Option<Question>, Trouble> {
    let (Some(webauthn), false) = (app.passkeys.as_deref(), kept.is_empty()) else {
        return Ok(None);
    };
    let passkeys: Vec<Passkey> = kept.iter().map(|kept| kept.passkey.clone()).collect();
    let (options, state) = webauthn
        .start_passkey_authentication(&passkeys)
        .map_err(Trouble::fault)?;
    Question::new(app, "get", &options, state, (owner, now)).map(Some)
}

/// Checks the answer to [`ask_known`].
pub(crate) fn check_known(
    app: &App,
    state: &str,
    credential: &str,
    (owner, now): (&[u8], Ts),
) -> Result<AuthenticationResult, Refusal> {
    let state: PasskeyAuthentication = asked(app, state, owner, now)?;
    let signed: PublicKeyCredential = answer(credential)?;
    webauthn(app)?
        .finish_passkey_authentication(&signed, &state)
        .map_err(|_| wrong())
}

/// Asks for any passkey of this site: the browser knows which there are.
/// `None` where there are no passkeys.
pub(crate) fn ask_any(app: &App, now: Ts) -> Result<Option<Question>, Trouble> {
    let Some(webauthn) = app.passkeys.as_deref() else {
        return Ok(None);
    };
    let (mut options, state) = webauthn
        .start_discoverable_authentication()
        .map_err(Trouble::fault)?;
    // Asked for by a press, not while typing.
    options.mediation = None;
    Question::new(app, "get", &options, state, (b"anybody", now)).map(Some)
}

/// Whose passkey answered [`ask_any`]; to be checked with [`check_any`].
pub(crate) fn whose(app: &App, credential: &str) -> Result<Id<Account>, Refusal> {
    let signed: PublicKeyCredential = answer(credential)?;
    let (account, _) = webauthn(app)?
        .identify_discoverable_authentication(&signed)
        .map_err(|_| wrong())?;
    Ok(Id::of(account))
}

/// Checks the answer to [`ask_any`] against the passkeys of the account.
pub(crate) fn check_any(
    app: &App,
    state: &str,
    credential: &str,
    kept: &[Kept],
    now: Ts,
) -> Result<AuthenticationResult, Refusal> {
    let state: DiscoverableAuthentication = asked(app, state, b"anybody", now)?;
    let signed: PublicKeyCredential = answer(credential)?;
    let webauthn = webauthn(app)?;
    let (_, id) = webauthn
        .identify_discoverable_authentication(&signed)
        .map_err(|_| wrong())?;
    let ours = kept.iter().find(|kept| {
        let known: &[u8] = kept.passkey.cred_id().as_ref();
        known == id
    });
    let ours = ours.ok_or_else(wrong)?;
    webauthn
        .finish_discoverable_authentication_v2(&signed, state, &ours.passkey)
        .map_err(|_| wrong())
}

const OF_ACCOUNT: &str = "select id, name, made_at, used_at, credential from passkey
    where scheme_id = $1 and account_id = $2 order by made_at, id";

/// The passkeys of an account.
pub(crate) async fn of_account(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
) -> Outcome<Vec<Kept>> {
    let rows = on!(tx, c => sqlx::query_as::<_, KeptRow>(OF_ACCOUNT)
        .bind(scheme).bind(account).fetch_all(c))?;
    let kept = rows.into_iter().map(|row| {
        let passkey = serde_json::from_str(&row.credential)
            .map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Kept {
            id: row.id,
            name: row.name,
            made_at: row.made_at,
            used_at: row.used_at,
            passkey,
        })
    });
    kept.collect()
}

fn as_text(passkey: &Passkey) -> Result<String, sqlx::Error> {
    serde_json::to_string(passkey).map_err(|error| sqlx::Error::Encode(error.into()))
}

const INSERT: &str = "insert into passkey
    (scheme_id, id, account_id, name, credential_id, credential, made_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (scheme_id, credential_id) do nothing";

/// Keeps a new passkey; refused when somebody has it already.
pub(crate) async fn insert(
    tx: &mut Tx,
    (scheme, account): (Id<Scheme>, Id<Account>),
    name: &Line,
    passkey: &Passkey,
    now: Ts,
) -> Outcome<()> {
    let id: &[u8] = passkey.cred_id().as_ref();
    let kept = run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(Id::<Key>::new(now))
            .bind(account)
            .bind(name)
            .bind(id)
            .bind(as_text(passkey)?)
            .bind(now)
    )?;
    if kept == 0 {
        return Err(Refusal::conflict("This passkey is in use already").into());
    }
    Ok(())
}

const REMOVE: &str = "delete from passkey where scheme_id = $1 and account_id = $2 and id = $3";

/// Removes a passkey of an account.
pub(crate) async fn remove(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    id: Id<Key>,
) -> Outcome<()> {
    let removed = run!(tx, sqlx::query(REMOVE).bind(scheme).bind(account).bind(id))?;
    if removed == 0 {
        return Err(Refusal::not_found().into());
    }
    Ok(())
}

const ANSWER_ONCE: &str = "insert into form_once (scheme_id, form_key, made_at, went_to)
    values ($1, $2, $3, '') on conflict (scheme_id, form_key) do nothing";
const USED: &str = "update passkey set credential = $4, used_at = $5
    where scheme_id = $1 and account_id = $2 and id = $3";

/// Takes a checked answer: once for its question, and the passkey's counter
/// is kept. `false` when the question was answered before.
pub(crate) async fn take(
    tx: &mut Tx,
    (scheme, account): (Id<Scheme>, Id<Account>),
    state: &str,
    result: &AuthenticationResult,
    now: Ts,
) -> Outcome<bool> {
    let hash: Hash = sha256(state.as_bytes());
    let key: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let first = run!(
        tx,
        sqlx::query(ANSWER_ONCE).bind(scheme).bind(&key).bind(now)
    )?;
    if first == 0 {
        return Ok(false);
    }
    for mut kept in of_account(tx, scheme, account).await? {
        if kept.passkey.update_credential(result).is_some() {
            run!(
                tx,
                sqlx::query(USED)
                    .bind(scheme)
                    .bind(account)
                    .bind(kept.id)
                    .bind(as_text(&kept.passkey)?)
                    .bind(now)
            )?;
            return Ok(true);
        }
    }
    Ok(false)
}
