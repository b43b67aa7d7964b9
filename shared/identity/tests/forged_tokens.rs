//! Tokens that somebody made up, and the reason each is refused: none is believed.
#![expect(clippy::unwrap_used, reason = "a test may")]

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PSS_SHA256,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{
    Algorithm, EmailPolicy, Grant, Hint, Issuer, Jwks, MemberId, Role, SessionId, SigningKey,
    SigningKeys, TokenError,
};
use jiff::{SignedDuration, Timestamp};
use model::TenantId;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);
const S: i64 = 1_800_000_000;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An object with a member set, or taken out where the value is null.
fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().unwrap();
    match value.into() {
        Value::Null => drop(members.remove(name)),
        value => drop(members.insert(name.to_owned(), value)),
    }
    object
}

fn es256(pair: &EcdsaKeyPair, signed: &str) -> Vec<u8> {
    pair.sign(&SystemRandom::new(), signed.as_bytes())
        .unwrap()
        .as_ref()
        .to_vec()
}

/// A token of any text, signed somehow.
fn token(header: &impl ToString, claims: &impl ToString, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    );
    let signature = encode(sign(&signed));
    format!("{signed}.{signature}")
}

/// The parts of a token put together anew.
fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().unwrap()
}

/// The same bytes in another spelling: the spare bits of the last character set.
fn spare_bits(part: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert_ne!(part.len() % 4, 0, "there are spare bits");
    let last = alphabet
        .iter()
        .position(|&letter| letter == part.as_bytes()[part.len() - 1])
        .unwrap();
    format!(
        "{}{}",
        &part[..part.len() - 1],
        char::from(alphabet[last | 1])
    )
}

/// A DER signature of the fixed one's numbers.
fn der(fixed: &[u8]) -> Vec<u8> {
    let number = |half: &[u8]| {
        let digits: Vec<u8> = half.iter().copied().skip_while(|&byte| byte == 0).collect();
        let lead = if digits[0] >= 0x80 { vec![0] } else { vec![] };
        let digits = [lead, digits].concat();
        [vec![2, digits.len() as u8], digits].concat()
    };
    let body = [number(&fixed[..32]), number(&fixed[32..])].concat();
    [vec![0x30, body.len() as u8], body].concat()
}

const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Signatures that lazy verifiers have believed.
fn bad_signatures(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (r, s) = good.split_at(32);
    let zero = [0; 32];
    let one = [&zero[..31], &[1]].concat();
    vec![
        ("only zeros", vec![0; 64]),
        ("r = 0", [&zero, s].concat()),
        ("s = 0", [r, &zero].concat()),
        ("r = s = 1", [one.clone(), one.clone()].concat()),
        ("r = n, s = n", [ORDER, ORDER].concat()),
        ("s = n", [r, &ORDER].concat()),
        ("r = 0, s = 1", [zero.to_vec(), one].concat()),
        ("r and s the other way round", [s, r].concat()),
        ("all ones", vec![0xff; 64]),
        ("cut by a byte", good[..63].to_vec()),
        ("cut in half", r.to_vec()),
        ("one byte", vec![0]),
        ("a byte more", [good, &[0]].concat()),
        ("a byte before", [&[0], good].concat()),
        ("twice", [good, good].concat()),
        ("in DER", der(good)),
        (
            "one bit another",
            good.iter()
                .enumerate()
                .map(|(at, byte)| byte ^ u8::from(at == 40))
                .collect(),
        ),
    ]
}

struct Sessions {
    keys: SigningKeys,
    pair: EcdsaKeyPair,
    public: Vec<u8>,
    header: Value,
    claims: Value,
}

impl Sessions {
    fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        let key = SigningKey::from_pkcs8(pkcs8.as_ref(), NOW, None).unwrap();
        let header = json!({ "alg": "ES256", "typ": "pie-session+jwt", "kid": key.kid() });
        let grant = grant();
        let claims = json!({
            "iss": "https://pie.example", "aud": "pie", "sub": grant.member, "tid": grant.tenant,
            "sid": grant.session, "epoch": 0, "jti": "t1", "iat": S, "nbf": S, "exp": S + 900,
        });
        let keys = SigningKeys::new("https://pie.example", "pie", vec![key]).unwrap();
        Self {
            keys,
            public: pair.public_key().as_ref().to_vec(),
            pair,
            header,
            claims,
        }
    }

    fn token(&self, header: &impl ToString, claims: &impl ToString) -> String {
        token(header, claims, |signed| es256(&self.pair, signed))
    }

    fn check(&self, said: &str, token: &str, expected: TokenError) {
        assert_eq!(self.keys.verify(token, NOW).err(), Some(expected), "{said}");
    }
}

fn grant() -> Grant {
    Grant {
        tenant: TenantId::local(),
        member: MemberId::from_bytes([1; 16]),
        epoch: 0,
        session: SessionId::from_bytes([2; 16]),
    }
}

#[test]
fn no_forged_session_is_believed() {
    let sessions = Sessions::new();
    let Sessions {
        pair,
        public,
        header,
        claims,
        ..
    } = &sessions;
    let good = sessions.token(header, claims);
    assert_eq!(
        sessions.keys.verify(&good, NOW).unwrap().member(),
        grant().member,
        "the control"
    );
    let form = TokenError::Form;
    let (three, base64, objects) = (
        form("three parts"),
        form("base64url without padding"),
        form("JSON objects"),
    );
    let mut cases: Vec<(String, String, TokenError)> = Vec::new();
    let mut case =
        |said: &str, token: String, expected| cases.push((said.to_owned(), token, expected));

    // The header.
    let none = with(header, "alg", "none");
    let [none_header, claims_part, _] = [
        encode(none.to_string()),
        encode(claims.to_string()),
        String::new(),
    ];
    case(
        "alg none, no signature",
        format!("{none_header}.{claims_part}."),
        base64,
    );
    case(
        "alg none, two parts",
        format!("{none_header}.{claims_part}"),
        three,
    );
    case(
        "alg none, signed",
        sessions.token(&none, claims),
        TokenError::Algorithm,
    );
    for alg in [
        "None", "NONE", "nOnE", "", "es256", "ES256 ", "ES384", "RS256", "PS256", "EdDSA", "HS256",
    ] {
        case(
            &format!("alg {alg:?}"),
            sessions.token(&with(header, "alg", alg), claims),
            TokenError::Algorithm,
        );
    }
    for (said, key) in [
        ("point", public.clone()),
        ("text of the point", encode(public).into_bytes()),
    ] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let sign = |signed: &str| hmac::sign(&key, signed.as_bytes()).as_ref().to_vec();
        let hs256 = token(&with(header, "alg", "HS256"), claims, sign);
        case(
            &format!("HS256 under the public {said}"),
            hs256,
            TokenError::Algorithm,
        );
        case(
            &format!("ES256 that is an HMAC under the {said}"),
            token(header, claims, sign),
            TokenError::Signature,
        );
    }
    for alg in [
        json!(["ES256"]),
        json!(256),
        json!({ "ES256": true }),
        Value::Null,
    ] {
        case(
            "alg no text",
            sessions.token(&with(header, "alg", alg), claims),
            TokenError::Algorithm,
        );
    }
    let typ = TokenError::Header("typ");
    for value in [
        json!("JWT"),
        json!("at+jwt"),
        json!("pie-session"),
        json!(1),
        Value::Null,
    ] {
        case(
            "another typ",
            sessions.token(&with(header, "typ", value), claims),
            typ,
        );
    }
    case(
        "no kid",
        sessions.token(&with(header, "kid", Value::Null), claims),
        TokenError::Header("kid"),
    );
    case(
        "kid a list",
        sessions.token(&with(header, "kid", json!([1])), claims),
        TokenError::Header("kid"),
    );
    for kid in ["", "../../dev/null", "' OR 1=1 --", "0"] {
        case(
            "another kid",
            sessions.token(&with(header, "kid", kid), claims),
            TokenError::UnknownKey,
        );
    }
    let other = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = other.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) });
    case(
        "signed by another key",
        token(header, claims, |signed| es256(&other, signed)),
        TokenError::Signature,
    );
    let extra = TokenError::Extra;
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://thief.example/jwks")),
        ("x5u", json!("https://thief.example/cert")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
    ] {
        let header = with(header, name, value);
        case(
            name,
            token(&header, claims, |signed| es256(&other, signed)),
            extra,
        );
        case(name, sessions.token(&header, claims), extra);
    }
    let kid = header["kid"].as_str().unwrap();
    for text in [
        format!(r#"{{"alg":"none","alg":"ES256","typ":"pie-session+jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"ES256","typ":"pie-session+jwt","kid":"{kid}","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"ES256","typ":"pie-session+jwt","\u006bid":"{kid}","kid":"x"}}"#),
        format!(r#"["ES256","pie-session+jwt","{kid}"]"#),
        format!("{header}{header}"),
        format!("{header} x"),
        format!("\u{feff}{header}"),
        "null".to_owned(),
        "\"ES256\"".to_owned(),
        "{".to_owned(),
        "[".repeat(900),
    ] {
        case(
            "header is no object with each name once",
            sessions.token(&text, claims),
            objects,
        );
    }

    // The claims, well signed.
    for name in [
        "iss", "aud", "sub", "tid", "sid", "epoch", "jti", "iat", "nbf", "exp",
    ] {
        let wrong = TokenError::Claim(name);
        let value = &claims[name];
        for bad in [
            Value::Null,
            json!([value]),
            json!({}),
            json!(true),
            json!(1.5),
            json!(""),
        ] {
            // A token id may be any text.
            if name != "jti" || bad != json!("") {
                let said = format!("{name} = {bad}");
                case(
                    &said,
                    sessions.token(header, &with(claims, name, bad)),
                    wrong,
                );
            }
        }
        let twice = claims
            .to_string()
            .replacen('{', &format!("{{\"{name}\":{value},"), 1);
        case(
            &format!("{name} twice"),
            sessions.token(header, &twice),
            objects,
        );
    }
    for name in ["iat", "nbf", "exp"] {
        let wrong = TokenError::Claim(name);
        let at = claims[name].as_i64().unwrap();
        for bad in [
            format!("{at}.0"),
            format!("{at}e0"),
            format!("\"{at}\""),
            "1e400000000000".into(),
            format!("{}", u64::MAX),
        ] {
            let text = claims
                .to_string()
                .replace(&format!("\"{name}\":{at}"), &format!("\"{name}\":{bad}"));
            let expected = if bad.len() == 14 { objects } else { wrong };
            case(
                &format!("{name} = {bad}"),
                sessions.token(header, &text),
                expected,
            );
        }
    }
    for (name, bad) in [
        ("iss", json!("https://pie.example/")),
        ("iss", json!("https://PIE.example")),
        ("iss", json!("https://pie.example\u{0}")),
        ("aud", json!("other")),
        ("aud", json!("pie ")),
        ("aud", json!(["other", "pie"])),
        ("sub", json!("member_1")),
        ("sub", json!(grant().session)),
        ("sub", json!("admin")),
        ("tid", json!(grant().member)),
        ("epoch", json!(-1)),
        ("epoch", json!(4_294_967_296_i64)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(S + 901)),
        ("iat", json!(i64::MIN)),
    ] {
        case(
            &format!("{name} = {bad}"),
            sessions.token(header, &with(claims, name, bad)),
            TokenError::Claim(name),
        );
    }
    let lives = |iat: i64, nbf: i64, exp: i64| {
        let claims = with(&with(&with(claims, "iat", iat), "nbf", nbf), "exp", exp);
        sessions.token(header, &claims)
    };
    case(
        "expired",
        lives(S - 930, S - 930, S - 30),
        TokenError::Expired,
    );
    case(
        "expired long ago",
        lives(S - 90_000, S - 90_000, S - 89_100),
        TokenError::Expired,
    );
    case(
        "ends before it begins",
        lives(S, S, S - 900),
        TokenError::Expired,
    );
    case("nbf ahead", lives(S, S + 31, S + 900), TokenError::NotYet);
    case(
        "nbf far ahead",
        lives(S, i64::MAX, S + 900),
        TokenError::NotYet,
    );
    case("iat ahead", lives(S + 31, S, S + 900), TokenError::NotYet);
    case(
        "lives a year",
        lives(S, S, S + 31_536_000),
        TokenError::Claim("exp"),
    );
    for (name, value) in [
        ("role", "admin"),
        ("scope", "admin"),
        ("EXP", "9"),
        ("name", "Ana"),
    ] {
        case(
            "a claim of somebody else's",
            sessions.token(header, &with(claims, name, value)),
            TokenError::Extra,
        );
    }
    for text in ["[]", "null", "\"\"", "{}x", " ", "{\"a\":"] {
        case(
            "claims are no object",
            sessions.token(header, &text),
            objects,
        );
    }

    // The signature.
    let [h, c, s] = parts(&good);
    for (said, signature) in bad_signatures(&URL_SAFE_NO_PAD.decode(s).unwrap()) {
        case(
            said,
            format!("{h}.{c}.{}", encode(signature)),
            TokenError::Signature,
        );
    }
    let other_claims =
        encode(with(claims, "sub", json!(MemberId::from_bytes([9; 16]))).to_string());
    case(
        "another's claims",
        format!("{h}.{other_claims}.{s}"),
        TokenError::Signature,
    );
    let asn1 = EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        pair.to_pkcs8v1().unwrap().as_ref(),
    )
    .unwrap();
    case(
        "signed in DER",
        token(header, claims, |signed| es256(&asn1, signed)),
        TokenError::Signature,
    );
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    case(
        "signed over P-384",
        token(header, claims, |signed| es256(&p384, signed)),
        TokenError::Signature,
    );
    let respaced = encode(claims.to_string().replacen('{', "{ ", 1));
    case(
        "the same claims, spaced",
        format!("{h}.{respaced}.{s}"),
        TokenError::Signature,
    );

    // The form.
    for text in ["", ".", "..", "...", "a", "a.b", "Bearer x", "null"] {
        let expected = if text.matches('.').count() < 2 {
            three
        } else {
            base64
        };
        case(&format!("{text:?}"), text.to_owned(), expected);
    }
    for (said, text) in [
        ("a fourth part", format!("{good}.{s}")),
        ("no claims", format!("{h}..{s}")),
        ("no header", format!(".{c}.{s}")),
        ("no signature", format!("{h}.{c}.")),
        ("padded signature", format!("{good}==")),
        ("padded header", format!("{h}=.{c}.{s}")),
        (
            "signature with spare bits",
            format!("{h}.{c}.{}", spare_bits(s)),
        ),
        ("a line break at the end", format!("{good}\n")),
        ("a space before", format!(" {good}")),
        ("a space in it", format!("{h}.{c} .{s}")),
        ("a NUL at the end", format!("{good}\0")),
        (
            "the other alphabet",
            format!("{h}.{c}.{}+/", &s[..s.len() - 2]),
        ),
        (
            "letters beyond ASCII",
            format!("{h}.{c}.{}é", &s[..s.len() - 2]),
        ),
    ] {
        case(said, text, base64);
    }
    case(
        "in JSON form",
        json!({ "protected": h, "payload": c, "signature": s }).to_string(),
        three,
    );
    case(
        "huge",
        format!("{h}.{}.{s}", "A".repeat(1 << 20)),
        TokenError::TooLong,
    );
    case(
        "just too long",
        format!("{h}.{}.{s}", "A".repeat(2_049 - h.len() - s.len() - 2)),
        TokenError::TooLong,
    );

    assert!(cases.len() >= 200, "{}", cases.len());
    for (said, token, expected) in cases {
        sessions.check(&said, &token, expected);
    }
    assert!(sessions.keys.verify(&good, NOW).is_ok(), "the control");
}

#[test]
fn no_single_change_of_a_session_is_believed() {
    let sessions = Sessions::new();
    let good = sessions.keys.issue(&grant(), [3; 16], NOW).unwrap().token;
    let good = good.expose_secret().as_bytes();
    for at in 0..good.len() {
        for letter in *b"AQgw_-9z." {
            let mut forged = good.to_vec();
            forged[at] = letter;
            let forged = String::from_utf8(forged).unwrap();
            assert!(
                forged.as_bytes() == good || sessions.keys.verify(&forged, NOW).is_err(),
                "{at}"
            );
        }
        let shorter = String::from_utf8([&good[..at], &good[at + 1..]].concat()).unwrap();
        assert!(sessions.keys.verify(&shorter, NOW).is_err(), "{at}");
    }
}

#[test]
fn a_token_of_another_deployment_is_refused() {
    let sessions = Sessions::new();
    let pkcs8 = sessions.pair.to_pkcs8v1().unwrap();
    for (issuer, audience, claim) in [
        ("https://other.example", "pie", "iss"),
        ("https://pie.example", "other", "aud"),
    ] {
        let key = SigningKey::from_pkcs8(pkcs8.as_ref(), NOW, None).unwrap();
        let other = SigningKeys::new(issuer, audience, vec![key]).unwrap();
        let token = other.issue(&grant(), [3; 16], NOW).unwrap().token;
        sessions.check(claim, token.expose_secret(), TokenError::Claim(claim));
    }
}

struct Customer {
    issuer: Issuer,
    jwks: Jwks,
    pair: rsa::KeyPair,
    modulus: Vec<u8>,
    ec: EcdsaKeyPair,
    header: Value,
    claims: Value,
}

impl Customer {
    fn new() -> Self {
        let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
        let public = pair.public_key();
        let (modulus, exponent) = (
            public.modulus().big_endian_without_leading_zero().to_vec(),
            public.exponent().big_endian_without_leading_zero().to_vec(),
        );
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = ec.public_key().as_ref();
        let keys = json!({ "keys": [
            { "kty": "RSA", "kid": "r1", "alg": "RS256", "use": "sig", "n": encode(&modulus), "e": encode(exponent) },
            { "kty": "EC", "kid": "e1", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) },
        ]});
        Self {
            issuer: Issuer {
                issuer: "https://login.vendor.example/".into(),
                audience: "client".into(),
                jwks_uri: "https://login.vendor.example/jwks".into(),
                algorithm: Algorithm::Rs256,
                email: EmailPolicy::Verified,
                required: [("org_id".to_owned(), "org_1".to_owned())].into(),
                roles: [("vendor.example".to_owned(), Role::SalesManager)].into(),
            },
            jwks: Jwks::parse(keys.to_string().as_bytes()).unwrap(),
            pair,
            modulus,
            ec,
            header: json!({ "alg": "RS256", "typ": "JWT", "kid": "r1" }),
            claims: json!({
                "iss": "https://login.vendor.example/", "aud": "client", "sub": "u|1", "org_id": "org_1",
                "email": "Ana@vendor.example", "email_verified": true, "name": "Ana", "nonce": "n1",
                "iat": S, "exp": S + 3_600,
            }),
        }
    }

    fn rsa(
        &self,
        padding: &'static dyn aws_lc_rs::signature::RsaEncoding,
        signed: &str,
    ) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                padding,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        signature
    }

    fn token(&self, header: &impl ToString, claims: &impl ToString) -> String {
        token(header, claims, |signed| self.rsa(&RSA_PKCS1_SHA256, signed))
    }
}

#[test]
fn no_forged_id_token_is_believed() {
    let customer = Customer::new();
    let Customer {
        issuer,
        jwks,
        header,
        claims,
        ..
    } = &customer;
    let good = customer.token(header, claims);
    let believed = issuer
        .verify_id_token(&good, jwks, Some("n1"), NOW)
        .unwrap();
    assert_eq!(
        believed.email.as_ref().unwrap().as_str(),
        "ana@vendor.example"
    );
    assert_eq!(issuer.role_for(&believed), Some(Role::SalesManager));
    assert!(!format!("{believed:?}").contains("na"), "{believed:?}");
    let hint = Hint::of(&good).unwrap();
    assert_eq!(
        (hint.issuer, hint.audience, hint.kid),
        (issuer.issuer.clone(), "client".into(), "r1".into())
    );

    let mut cases: Vec<(String, String, TokenError)> = Vec::new();
    let mut case =
        |said: &str, token: String, expected| cases.push((said.to_owned(), token, expected));

    for alg in ["none", "HS256", "ES256", "PS256", "RS384", "rs256", ""] {
        case(
            alg,
            customer.token(&with(header, "alg", alg), claims),
            TokenError::Algorithm,
        );
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, &customer.modulus);
    let sign = |signed: &str| hmac::sign(&key, signed.as_bytes()).as_ref().to_vec();
    case(
        "HS256 under the modulus",
        token(&with(header, "alg", "HS256"), claims, sign),
        TokenError::Algorithm,
    );
    let ec = |signed: &str| es256(&customer.ec, signed);
    let ec_header = json!({ "alg": "ES256", "kid": "e1" });
    case(
        "the issuer's other key in its own algorithm",
        token(&ec_header, claims, ec),
        TokenError::Algorithm,
    );
    case(
        "the other key in the right algorithm",
        token(&with(header, "kid", "e1"), claims, ec),
        TokenError::Algorithm,
    );
    case(
        "the other key under this key's name",
        token(header, claims, ec),
        TokenError::Signature,
    );
    case(
        "PSS",
        token(header, claims, |signed| {
            customer.rsa(&RSA_PSS_SHA256, signed)
        }),
        TokenError::Signature,
    );
    case(
        "SHA-384",
        token(header, claims, |signed| {
            customer.rsa(&RSA_PKCS1_SHA384, signed)
        }),
        TokenError::Signature,
    );
    case(
        "unknown key",
        customer.token(&with(header, "kid", "r2"), claims),
        TokenError::UnknownKey,
    );
    case(
        "no kid",
        customer.token(&with(header, "kid", Value::Null), claims),
        TokenError::Header("kid"),
    );
    for typ in [
        json!("at+jwt"),
        json!("logout+jwt"),
        json!(1),
        json!(["JWT"]),
    ] {
        case(
            "another typ",
            customer.token(&with(header, "typ", typ), claims),
            TokenError::Header("typ"),
        );
    }
    for (name, value) in [
        ("crit", json!(["x"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("x")),
    ] {
        case(
            name,
            customer.token(&with(header, name, value), claims),
            TokenError::Extra,
        );
    }
    // Keys in the header are passed over: what they sign does not hold, what ours signs does.
    let thief = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
    let thief_signs = |signed: &str| {
        let mut signature = vec![0; thief.public_modulus_len()];
        thief
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        signature
    };
    let modulus = encode(
        thief
            .public_key()
            .modulus()
            .big_endian_without_leading_zero(),
    );
    let jwk = json!({ "kty": "RSA", "kid": "r1", "n": modulus, "e": "AQAB" });
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://thief.example/")),
        ("x5u", json!("https://thief.example/")),
    ] {
        let header = with(header, name, value);
        case(
            name,
            token(&header, claims, thief_signs),
            TokenError::Signature,
        );
        assert!(
            issuer
                .verify_id_token(&customer.token(&header, claims), jwks, None, NOW)
                .is_ok()
        );
    }

    for (name, bad) in [
        ("iss", json!("https://login.vendor.example")),
        ("iss", json!("https://thief.example/")),
        ("iss", json!(["https://login.vendor.example/"])),
        ("iss", json!(1)),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", json!(["client", "other"])),
        ("aud", json!(["other", "client"])),
        ("aud", json!([["client"]])),
        ("aud", json!([])),
        ("aud", json!({ "client": 1 })),
        ("aud", json!(1)),
        ("aud", Value::Null),
        ("azp", json!("other")),
        ("azp", json!(["client"])),
        ("token_use", json!("access")),
        ("nonce", json!("n2")),
        ("nonce", json!(["n1"])),
        ("nonce", Value::Null),
        ("sub", json!("")),
        ("sub", json!(1)),
        ("sub", json!("u".repeat(256))),
        ("sub", Value::Null),
        ("iat", Value::Null),
        ("iat", json!(1.8e9)),
        ("iat", json!("1800000000")),
        ("exp", Value::Null),
        ("exp", json!(1.9e9)),
        ("exp", json!("1900000000")),
        ("exp", json!(i64::MAX)),
        ("nbf", json!("1")),
        ("nbf", json!(1.5)),
        ("email", json!("ana")),
        ("email", json!(["ana@vendor.example"])),
        ("email", json!("ana@vendor.example, thief@thief.example")),
        ("email_verified", json!("true")),
        ("email_verified", json!(1)),
    ] {
        case(
            &format!("{name} = {bad}"),
            customer.token(header, &with(claims, name, bad)),
            TokenError::Claim(name),
        );
    }
    for bad in [json!("org_2"), json!(["org_1"]), Value::Null] {
        let token = customer.token(header, &with(claims, "org_id", bad));
        case("another organisation", token, TokenError::Required);
    }
    case(
        "expired",
        customer.token(header, &with(claims, "exp", S - 30)),
        TokenError::Expired,
    );
    case(
        "iat ahead",
        customer.token(header, &with(claims, "iat", S + 31)),
        TokenError::NotYet,
    );
    case(
        "nbf ahead",
        customer.token(header, &with(claims, "nbf", S + 31)),
        TokenError::NotYet,
    );
    let twice = claims.to_string().replacen('{', "{\"sub\":\"u|2\",", 1);
    case(
        "sub twice",
        customer.token(header, &twice),
        TokenError::Form("JSON objects"),
    );

    let [h, c, s] = parts(&good);
    let signature = URL_SAFE_NO_PAD.decode(s).unwrap();
    for (said, bad) in [
        ("zeros", vec![0; 256]),
        ("cut", signature[..255].to_vec()),
        ("longer", [&signature[..], &[0]].concat()),
        ("a zero before", [&[0], &signature[..]].concat()),
        ("the modulus", customer.modulus.clone()),
        (
            "one bit another",
            signature
                .iter()
                .enumerate()
                .map(|(at, byte)| byte ^ u8::from(at == 40))
                .collect(),
        ),
    ] {
        case(
            said,
            format!("{h}.{c}.{}", encode(bad)),
            TokenError::Signature,
        );
    }
    let base64 = TokenError::Form("base64url without padding");
    case("padded", format!("{good}=="), base64);
    case("spare bits", format!("{h}.{c}.{}", spare_bits(s)), base64);
    case("a fourth part", format!("{good}.{s}"), base64);
    case("no signature", format!("{h}.{c}."), base64);
    case(
        "huge",
        format!("{h}.{}.{s}", "A".repeat(16_384)),
        TokenError::TooLong,
    );

    assert!(cases.len() >= 80, "{}", cases.len());
    for (said, token, expected) in cases {
        assert_eq!(
            issuer.verify_id_token(&token, jwks, Some("n1"), NOW).err(),
            Some(expected),
            "{said}"
        );
        let _ = Hint::of(&token);
    }
}

#[test]
fn honest_id_tokens_of_many_kinds_are_believed() {
    let customer = Customer::new();
    let Customer {
        issuer,
        jwks,
        header,
        claims,
        ..
    } = &customer;
    let check = |said: &str, token: &str, issuer: &Issuer, email: bool| {
        let believed = issuer.verify_id_token(token, jwks, None, NOW);
        assert_eq!(
            believed.map(|claims| claims.email.is_some()),
            Ok(email),
            "{said}"
        );
    };
    let signed = |claims: &Value| customer.token(header, claims);
    check("plain", &signed(claims), issuer, true);
    check(
        "no typ",
        &customer.token(&with(header, "typ", Value::Null), claims),
        issuer,
        true,
    );
    check(
        "one audience in a list",
        &signed(&with(claims, "aud", json!(["client"]))),
        issuer,
        true,
    );
    check(
        "authorized party",
        &signed(&with(claims, "azp", "client")),
        issuer,
        true,
    );
    check(
        "id token",
        &signed(&with(claims, "token_use", "id")),
        issuer,
        true,
    );
    check(
        "other claims",
        &signed(&with(claims, "groups", json!([{ "a": 1 }]))),
        issuer,
        true,
    );
    check(
        "no address",
        &signed(&with(claims, "email", Value::Null)),
        issuer,
        false,
    );
    check(
        "within the leeway",
        &signed(&with(claims, "exp", S - 29)),
        issuer,
        true,
    );
    check(
        "a little early",
        &signed(&with(claims, "nbf", S + 30)),
        issuer,
        true,
    );

    let unsaid = signed(&with(claims, "email_verified", Value::Null));
    let denied = signed(&with(claims, "email_verified", false));
    let trusting = Issuer {
        email: EmailPolicy::TrustIssuer,
        ..issuer.clone()
    };
    check("not said to be verified", &unsaid, issuer, false);
    check("said not to be verified", &denied, issuer, false);
    check("not said to be verified, trusted", &unsaid, &trusting, true);
    check(
        "said not to be verified, trusted",
        &denied,
        &trusting,
        false,
    );

    let es256_issuer = Issuer {
        algorithm: Algorithm::Es256,
        required: BTreeMap::new(),
        ..issuer.clone()
    };
    let ec_header = json!({ "alg": "ES256", "kid": "e1" });
    let token = token(&ec_header, claims, |signed| es256(&customer.ec, signed));
    check("ES256", &token, &es256_issuer, true);
    let later = NOW + SignedDuration::from_mins(61);
    let expired = es256_issuer.verify_id_token(&token, jwks, None, later);
    assert_eq!(expired.err(), Some(TokenError::Expired));
}

#[test]
fn an_address_outside_the_domains_gets_no_role() {
    let customer = Customer::new();
    for (email, expected) in [
        ("ana@vendor.example", Some(Role::SalesManager)),
        ("ana@VENDOR.example", Some(Role::SalesManager)),
        ("ana@sub.vendor.example", None),
        ("ana@thief.example", None),
        ("vendor.example@thief.example", None),
    ] {
        let token = customer.token(&customer.header, &with(&customer.claims, "email", email));
        let claims = customer
            .issuer
            .verify_id_token(&token, &customer.jwks, None, NOW)
            .unwrap();
        assert_eq!(customer.issuer.role_for(&claims), expected, "{email}");
    }
}
