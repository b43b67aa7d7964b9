//! A tenant's settings as JSON.

use insight::Settings;

#[test]
fn settings_survive_json_and_have_defaults() {
    let settings = Settings::default();
    assert_eq!(settings.validate(), Ok(()));
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
    assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), settings);
}

#[test]
fn what_is_out_of_range_is_told_with_its_place() {
    let check = |json: &str, expected: &[&str]| {
        let settings: Settings = serde_json::from_str(json).unwrap();
        let errors = settings.validate().err().unwrap_or_default();
        let places: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(places, expected, "{json}");
    };
    check(r#"{"quarter_start_month": 4}"#, &[]);
    check(r#"{"quarter_start_month": 13}"#, &["/quarter_start_month"]);
    check(r#"{"inactive_days": 0}"#, &["/inactive_days"]);
    check(
        r#"{"stages": {"Demo/Trial": {"stuck_days": 9999}}}"#,
        &["/stages/Demo~1Trial/stuck_days"],
    );
    check(r#"{"stuck": {"factor": 0.5}}"#, &["/stuck/factor"]);
    check(
        r#"{"cash": {"instalments": [{"percent": "50", "after_days": 0}, {"percent": "40", "after_days": 30}]}}"#,
        &["/cash/instalments"],
    );
    check(
        r#"{"compliance": [
            {"id": "a", "check": {"kind": "required_fields", "fields": []}},
            {"id": "a", "check": {"kind": "max_days_in_stage", "days": 0}}
        ]}"#,
        &[
            "/compliance/0/check/fields",
            "/compliance/1/id",
            "/compliance/1/check/days",
        ],
    );
    check(
        r#"{"calendar": {"working_days": []}}"#,
        &["/calendar/working_days"],
    );
    check(r#"{"high_value": "-1"}"#, &["/high_value"]);
    let quota = format!(r#"{{"quotas": {{"{}": "0"}}}}"#, crate::support::person(1));
    check(&quota, &[&format!("/quotas/{}", crate::support::person(1))]);
}

#[test]
fn what_is_no_setting_is_refused() {
    for json in [
        r#"{"stuk": {}}"#,
        r#"{"stuck": {"days": 3}}"#,
        r#"{"orders": {"discount": true}}"#,
        r#"{"compliance": [{"id": "a", "check": {"kind": "sing"}}]}"#,
        r#"{"compliance": [{"id": "a", "check": {"kind": "next_step", "days": 3}}]}"#,
        r#"{"reporting_currency": "€"}"#,
        r#"{"calendar": {"working_days": ["someday"]}}"#,
    ] {
        assert!(serde_json::from_str::<Settings>(json).is_err(), "{json}");
    }
}

#[test]
fn the_working_day_before_skips_weekends_and_holidays() {
    let settings: Settings =
        serde_json::from_str(r#"{"calendar": {"holidays": ["2026-10-02"]}}"#).unwrap();
    let check = |day: &str, before: &str| {
        let day = crate::support::date(day);
        assert_eq!(
            settings.calendar.working_day_before(day).to_string(),
            before
        );
    };
    check("2026-09-30", "2026-09-29");
    check("2026-09-28", "2026-09-25");
    check("2026-10-05", "2026-10-01");
}
