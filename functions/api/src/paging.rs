//! Lists in pages, money and instants as the API writes them.

use crate::auth::Caller;
use edge::{Code, Problem};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::CursorError;
use utoipa::ToSchema;

/// The rows of a page where nothing is said.
const USUAL: usize = 50;
/// The most rows of a page.
pub(crate) const MOST: usize = 200;

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

impl PageQuery {
    /// How many rows, checked.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(USUAL) {
            limit @ 1..=MOST => Ok(limit),
            _ => Err(Problem::new(Code::InvalidParameter).field(
                "?limit",
                "out_of_range",
                "is not between 1 and 200",
            )),
        }
    }

    /// Where the page begins; `list` names the list with its filter and order.
    pub(crate) async fn position<P: DeserializeOwned>(
        &self,
        caller: &Caller,
        list: &str,
    ) -> Result<Option<P>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        match caller.tenant().open_cursor(list, cursor).await? {
            Ok(position) => Ok(Some(position)),
            Err(error) => {
                let code = match error {
                    CursorError::Foreign => Code::InvalidCursor,
                    CursorError::Expired => Code::CursorExpired,
                };
                Err(Problem::new(code)
                    .detail(error)
                    .field("?cursor", code.as_str(), error))
            }
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The rows.
    pub(crate) data: Vec<T>,
    /// Whether more follow.
    pub(crate) has_more: bool,
    /// What leads to the next page.
    pub(crate) next_cursor: Option<String>,
    /// The moment the rows are of.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) as_of: Timestamp,
}

impl<T> Page<T> {
    /// A page, with a cursor to what follows if something does.
    pub(crate) async fn new(
        caller: &Caller,
        list: &str,
        data: Vec<T>,
        next: Option<impl Serialize>,
        as_of: Timestamp,
    ) -> Result<Self, Problem> {
        let next_cursor = match next {
            Some(position) => Some(caller.tenant().seal_cursor(list, &position).await?),
            None => None,
        };
        Ok(Self {
            data,
            has_more: next_cursor.is_some(),
            next_cursor,
            as_of,
        })
    }

    /// All there is.
    pub(crate) fn whole(data: Vec<T>, as_of: Timestamp) -> Self {
        Self {
            data,
            has_more: false,
            next_cursor: None,
            as_of,
        }
    }
}

/// A sum of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Money {
    /// The sum as a decimal.
    #[schema(example = "1200.00")]
    pub(crate) value: String,
    /// The currency, ISO 4217.
    #[schema(example = "EUR", min_length = 3, max_length = 3)]
    pub(crate) currency: String,
}

impl From<&model::Money> for Money {
    fn from(money: &model::Money) -> Self {
        Self {
            value: money.amount.to_string(),
            currency: money.currency.to_string(),
        }
    }
}
