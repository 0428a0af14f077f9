//! Functions of other databases that exist here under another name, or are said otherwise.

/// What to write here instead of another database's function. A test checks that every function it names exists.
pub(super) fn equivalent(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    EQUIVALENTS
        .iter()
        .find(|(names, _)| names.split(' ').any(|known| known.eq_ignore_ascii_case(&lower)))
        .map(|(_, instead)| *instead)
}

/// Other databases' names, with a blank between them, and what is written here.
pub(super) const EQUIVALENTS: [(&str, &str); 66] = [
    // Texts.
    ("len strlen string_length datalength", "length(text)"),
    ("ucase toupper", "upper(text)"),
    ("lcase tolower", "lower(text)"),
    ("mid", "substr(text, start, length)"),
    ("charindex locate indexof position_of", "strpos(text, search)"),
    ("regexp_matches regexp_full_match regexp rlike regexp_contains match", "regexp_like(text, pattern)"),
    ("regexp_extract regexp_substr", "regexp_match(text, pattern), which gives an array: [1] is its first"),
    ("string_split split str_split strsplit regexp_split_to_array", "string_to_array(text, delimiter)"),
    ("group_concat listagg wm_concat", "string_agg(text, ', ' ORDER BY ...)"),
    ("printf format sprintf", "concat(...), or `||`"),
    ("startswith", "starts_with(text, prefix)"),
    ("endswith", "ends_with(text, suffix)"),
    ("proper initcaps", "initcap(text)"),
    ("str", "x::text"),
    ("hash farm_fingerprint murmur_hash xxhash64", "sha256(text)"),
    ("unhex from_hex", "decode(text, 'hex')"),
    ("hex to_hex_string", "encode(text, 'hex')"),
    ("to_base64 base64 base64_encode", "encode(text, 'base64')"),
    ("from_base64 unbase64 base64_decode", "decode(text, 'base64')"),
    ("newid gen_random_uuid generate_uuid uuid_generate_v4", "uuid()"),
    // NULL and choices.
    ("isnull zn if_null", "coalesce(x, other)"),
    ("iff iif if", "CASE WHEN ... THEN ... ELSE ... END"),
    ("decode_case switch choose", "CASE x WHEN ... THEN ... END"),
    ("nullifzero", "nullif(x, 0)"),
    ("zeroifnull", "coalesce(x, 0)"),
    (
        "try_to_number try_to_numeric try_to_decimal to_number to_decimal tonumber safe_cast",
        "TRY_CAST(x AS decimal(18, 4))",
    ),
    ("try_to_date try_to_timestamp", "TRY_CAST(x AS timestamp)"),
    ("to_varchar tostring to_string", "x::text"),
    // Times.
    ("epoch unix_timestamp to_epoch epoch_seconds", "date_part('epoch', time)"),
    ("epoch_ms epoch_us to_unix_timestamp", "date_part('epoch', time)"),
    ("strftime format_date format_timestamp dateformat time_format", "to_char(time, '%Y-%m-%d')"),
    ("strptime parse_timestamp parse_datetime str_to_date parse_date try_strptime", "to_timestamp(text, '%Y-%m-%d')"),
    (
        "datediff date_diff timestampdiff datesub date_sub_days timestamp_diff",
        "a - b for the time between, and date_part('epoch', a - b) / 86400 for days",
    ),
    ("dateadd date_add timestampadd adddate add_days timestamp_add", "time + interval '1 day'"),
    ("date_sub subdate timestamp_sub", "time - interval '1 day'"),
    ("add_months", "time + interval '1 month'"),
    ("getdate sysdate getutcdate current_datetime localtimestamp sysdatetime systimestamp", "now()"),
    ("curdate today_date", "current_date()"),
    ("year years", "date_part('year', time)"),
    ("quarter", "date_part('quarter', time)"),
    ("month months", "date_part('month', time)"),
    ("week weekofyear isoweek weeknum", "date_part('week', time)"),
    ("day dayofmonth days", "date_part('day', time)"),
    ("dayofweek weekday isodow dow", "date_part('dow', time)"),
    ("dayofyear doy", "date_part('doy', time)"),
    ("hour hours", "date_part('hour', time)"),
    ("minute minutes", "date_part('minute', time)"),
    ("second seconds", "date_part('second', time)"),
    ("dayname", "to_char(time, '%A')"),
    ("monthname", "to_char(time, '%B')"),
    ("last_day eomonth", "date_trunc('month', time) + interval '1 month' - interval '1 day'"),
    (
        "time_bucket time_slice timestamp_trunc datetime_trunc toStartOfInterval",
        "date_trunc('hour', time), or date_bin(interval '15 minutes', time)",
    ),
    ("from_epoch timestamp_seconds", "to_timestamp(seconds)"),
    ("convert_timezone timezone", "time AT TIME ZONE 'Europe/Paris'"),
    // Aggregates.
    ("mode", "SELECT x ... GROUP BY x ORDER BY count(*) DESC LIMIT 1"),
    ("arg_max argmax max_by maxby", "first_value(x ORDER BY y DESC)"),
    ("arg_min argmin min_by minby", "first_value(x ORDER BY y)"),
    ("any first arbitrary", "min(x), or first_value(x ORDER BY y)"),
    ("last", "last_value(x ORDER BY y)"),
    ("countif count_if sumif sum_if", "count(*) FILTER (WHERE ...)"),
    ("list collect_list array_collect groupArray", "array_agg(x ORDER BY y)"),
    ("logical_or boolor_agg any_true", "bool_or(condition)"),
    ("logical_and booland_agg every all_true", "bool_and(condition)"),
    ("approx_count_distinct ndv hll uniq uniqExact countDistinct", "count(DISTINCT x)"),
    ("quantile percentile median_cont", "percentile_cont(0.5) WITHIN GROUP (ORDER BY x)"),
    // Others.
    (
        "json_extract json_value json_query json_extract_string json_extract_path_text parse_json to_json json_object get_json_object",
        "column['field'] for maps such as tags; there are no JSON functions",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use datafusion::prelude::SessionContext;

    use super::*;

    fn functions() -> HashSet<String> {
        let state = SessionContext::new().state();
        let scalar = state.scalar_functions().keys();
        let all = scalar.chain(state.aggregate_functions().keys()).chain(state.window_functions().keys());
        all.cloned().collect()
    }

    #[test]
    fn what_is_suggested_exists() {
        let known = functions();
        for (names, instead) in EQUIVALENTS {
            for (at, _) in instead.match_indices('(') {
                let before = &instead[..at];
                let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
                let name = &before[start..];
                let is_keyword = name.chars().all(|c| !c.is_lowercase()) || name == "decimal";
                assert!(is_keyword || known.contains(name), "{names}: there is no function `{name}`");
            }
        }
    }

    #[test]
    fn only_functions_that_are_missing_are_listed_and_each_once() {
        let mut seen = functions();
        for name in EQUIVALENTS.iter().flat_map(|(names, _)| names.split(' ')) {
            assert!(seen.insert(name.to_lowercase()), "`{name}` exists, or is listed twice");
        }
    }
}
