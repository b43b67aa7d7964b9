//! Our JSON beside `serde_json`'s: the same of every text.
#![expect(clippy::unwrap_used, reason = "a test may")]

use connector::Value;
use proptest::prelude::*;
use serde_json::Value as Theirs;

fn any_json() -> impl Strategy<Value = Theirs> {
    // Below and above what is kept in place.
    let text = prop_oneof!["\\PC{0,30}", "[a-c/~]{0,3}", "[0-9T:.-]{23,25}"];
    let leaf = prop_oneof![
        Just(Theirs::Null),
        any::<bool>().prop_map(Theirs::from),
        any::<i64>().prop_map(Theirs::from),
        any::<u64>().prop_map(Theirs::from),
        any::<f64>().prop_map(Theirs::from),
        text.clone().prop_map(Theirs::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        let fields = prop::collection::btree_map(text.clone(), inner.clone(), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..8).prop_map(Theirs::from),
            fields.prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Every pointer into a value, and some that lead nowhere.
fn pointers(value: &Theirs, at: &str, found: &mut Vec<String>) {
    found.extend(["", "/", "/0", "/00", "/+0", "/a", "/~1", "x"].map(|odd| format!("{at}{odd}")));
    match value {
        Theirs::Array(all) => {
            for (place, value) in all.iter().enumerate() {
                pointers(value, &format!("{at}/{place}"), found);
            }
        }
        Theirs::Object(all) => {
            for (name, value) in all {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn same(ours: Option<&Value>, theirs: Option<&Theirs>) -> Result<(), TestCaseError> {
    let as_ours = theirs.cloned().map(Value::from);
    prop_assert_eq!(ours, as_ours.as_ref());
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return Ok(());
    };
    prop_assert_eq!(ours.is_null(), theirs.is_null());
    prop_assert_eq!(ours.as_str(), theirs.as_str());
    prop_assert_eq!(ours.as_i64(), theirs.as_i64());
    prop_assert_eq!(ours.as_u64(), theirs.as_u64());
    prop_assert_eq!(
        ours.as_array().map(Vec::len),
        theirs.as_array().map(Vec::len)
    );
    let names: Vec<&str> = ours.fields().map(|(name, _)| name).collect();
    let fields = theirs.as_object().into_iter().flatten();
    prop_assert_eq!(
        names,
        fields.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
    );
    Ok(())
}

/// What `serde_json` reads of what we read and wrote.
fn again(text: &str) -> Option<Theirs> {
    let ours: Value = text.parse().ok()?;
    Some(ours.to_string().parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_says_the_same_to_both(text in any_json().prop_map(|it| it.to_string())) {
        let (mut ours, theirs): (Value, Theirs) = (text.parse().unwrap(), text.parse().unwrap());
        prop_assert_eq!(ours.to_string(), theirs.to_string());
        prop_assert_eq!(serde_json::to_value(&ours).unwrap(), theirs.clone());
        let mut all = Vec::new();
        pointers(&theirs, "", &mut all);
        for pointer in all {
            let found = theirs.pointer(&pointer);
            same(ours.pointer(&pointer), found)?;
            same(ours.pointer_mut(&pointer).as_deref(), found)?;
            let name = pointer.trim_start_matches('/');
            same(ours.get(name), theirs.get(name))?;
        }
    }

    #[test]
    fn what_the_one_refuses_the_other_does(text in "[\\[\\]{}\",:0-9a-z\\\\. -]{0,24}") {
        prop_assert_eq!(again(&text), text.parse().ok());
    }
}

#[test]
fn odd_texts_are_read_as_serde_json_reads_them() {
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    for text in [
        r#"{"b": 1, "a": 2, "b": 3, "a": 4, "c": 5}"#,
        r#"{"a": 1, "a": 2}"#,
        r#"{"": {"": 1}}"#,
        r#""\ud83e\udd67 \u0000""#,
        r#""\ud83e""#,
        "1e400",
        "-0.0",
        "18446744073709551616",
        &deep,
    ] {
        assert_eq!(again(text), text.parse().ok(), "{text}");
    }
}
