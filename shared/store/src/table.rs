//! The one table, as few words: get, query, write under a condition, write all or nothing.

use crate::error::{Error, call};
use crate::item::{Item, s};
use crate::keys::Key;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, KeysAndAttributes,
    Put, ReturnValue, ReturnValuesOnConditionCheckFailure, ScalarAttributeType,
    TimeToLiveSpecification, TransactWriteItem, Update,
};
use std::collections::HashMap;

/// What DynamoDB takes in one transaction.
pub(crate) const MOST_ACTIONS: usize = 100;
/// What it gives in one batch.
const MOST_KEYS: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Table {
    client: Client,
    name: String,
}

/// An expression with its values: `ver < :v`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            values: HashMap::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}

/// One step of a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Put(Item, Option<Expression>),
    /// The update's expression, and the condition under which it may happen; they share values.
    Update(Key, Expression, Option<String>),
}

/// How a transaction ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done,
    /// The steps whose condition did not hold, with the rows as they are.
    Refused(Vec<(usize, Option<Item>)>),
    /// Somebody else was writing one of the rows.
    Busy,
}

fn key_map(key: &Key) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), s(&key.pk)), ("sk".to_owned(), s(&key.sk))])
}

fn some(values: HashMap<String, AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    (!values.is_empty()).then_some(values)
}

/// A page of a partition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range<'a> {
    /// Sort keys begin so.
    pub(crate) prefix: Option<&'a str>,
    /// Sort keys after this one, in reading order.
    pub(crate) after: Option<&'a str>,
    pub(crate) newest_first: bool,
    /// At most so many rows; all without.
    pub(crate) limit: Option<usize>,
}

impl Range<'_> {
    pub(crate) const ALL: Self = Self {
        prefix: None,
        after: None,
        newest_first: false,
        limit: None,
    };
}

impl Table {
    pub(crate) fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// Makes the table where it is missing; on AWS the template does.
    pub(crate) async fn create(&self) -> Result<(), Error> {
        let described = self
            .client
            .describe_table()
            .table_name(&self.name)
            .send()
            .await;
        if described.is_ok() {
            return Ok(());
        }
        let attribute = |name: &str| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
        };
        let part = |name: &str, kind| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
        };
        let build = |e| Error::corrupt("table definition", e);
        let mut request = self
            .client
            .create_table()
            .table_name(&self.name)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            request = request
                .attribute_definitions(attribute(name).map_err(build)?)
                .key_schema(part(name, kind).map_err(build)?);
        }
        request.send().await.map_err(|e| call("CreateTable", e))?;
        let ttl = TimeToLiveSpecification::builder()
            .enabled(true)
            .attribute_name("expires_at")
            .build()
            .map_err(build)?;
        self.client
            .update_time_to_live()
            .table_name(&self.name)
            .time_to_live_specification(ttl)
            .send()
            .await
            .map_err(|e| call("UpdateTimeToLive", e))?;
        Ok(())
    }

    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, Error> {
        let output = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key_map(key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|e| call("GetItem", e))?;
        Ok(output.item.map(Item))
    }

    /// Many rows by their keys; those that are not there are left out.
    pub(crate) async fn get_all(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        let mut items = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(MOST_KEYS) {
            let mut wanted: Vec<_> = chunk.iter().map(key_map).collect();
            while !wanted.is_empty() {
                let request = KeysAndAttributes::builder()
                    .set_keys(Some(wanted))
                    .consistent_read(true)
                    .build()
                    .map_err(|e| Error::corrupt("batch of keys", e))?;
                let output = self
                    .client
                    .batch_get_item()
                    .request_items(&self.name, request)
                    .send()
                    .await
                    .map_err(|e| call("BatchGetItem", e))?;
                let found = output.responses.unwrap_or_default();
                items.extend(found.into_values().flatten().map(Item));
                wanted = output
                    .unprocessed_keys
                    .unwrap_or_default()
                    .into_values()
                    .flat_map(|left| left.keys)
                    .collect();
            }
        }
        Ok(items)
    }

    /// The rows of a partition, in order of their sort keys.
    pub(crate) async fn query(&self, pk: &str, range: Range<'_>) -> Result<Vec<Item>, Error> {
        let mut values = HashMap::from([(":pk".to_owned(), s(pk))]);
        let mut condition = "pk = :pk".to_owned();
        if let Some(prefix) = range.prefix {
            condition.push_str(" AND begins_with(sk, :prefix)");
            values.insert(":prefix".to_owned(), s(prefix));
        }
        let mut start = range.after.map(|sk| {
            key_map(&Key {
                pk: pk.to_owned(),
                sk: sk.to_owned(),
            })
        });
        let mut items = Vec::new();
        loop {
            let left = range.limit.map(|most| most - items.len());
            let output = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression(&condition)
                .set_expression_attribute_values(Some(values.clone()))
                .set_exclusive_start_key(start)
                .set_limit(left.and_then(|left| i32::try_from(left).ok()))
                .scan_index_forward(!range.newest_first)
                .consistent_read(true)
                .send()
                .await
                .map_err(|e| call("Query", e))?;
            items.extend(output.items.unwrap_or_default().into_iter().map(Item));
            start = output.last_evaluated_key;
            if start.is_none() || range.limit.is_some_and(|most| items.len() >= most) {
                return Ok(items);
            }
        }
    }

    /// Puts a row; `false` where the condition does not hold.
    pub(crate) async fn put(
        &self,
        item: Item,
        condition: Option<Expression>,
    ) -> Result<bool, Error> {
        let condition = condition.unwrap_or_default();
        let sent = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.0))
            .set_condition_expression((!condition.text.is_empty()).then_some(condition.text))
            .set_expression_attribute_values(some(condition.values))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(e) if is_refused(e.as_service_error().and_then(|e| e.meta().code())) => Ok(false),
            Err(e) => Err(call("PutItem", e)),
        }
    }

    /// Updates a row under a condition. Gives the row after, or `Err(row as it is)` inside when
    /// the condition does not hold.
    pub(crate) async fn update(
        &self,
        key: &Key,
        update: Expression,
        condition: Option<&str>,
    ) -> Result<Result<Item, Option<Item>>, Error> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key_map(key)))
            .update_expression(update.text)
            .set_condition_expression(condition.map(str::to_owned))
            .set_expression_attribute_values(some(update.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match sent {
            Ok(output) => Ok(Ok(Item(output.attributes.unwrap_or_default()))),
            Err(error) => {
                use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
                match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                        Ok(Err(refused.item.clone().map(Item)))
                    }
                    _ => Err(call("UpdateItem", error)),
                }
            }
        }
    }

    /// Deletes a row; `false` where the condition does not hold.
    pub(crate) async fn delete(
        &self,
        key: &Key,
        condition: Option<Expression>,
    ) -> Result<bool, Error> {
        let condition = condition.unwrap_or_default();
        let sent = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key_map(key)))
            .set_condition_expression((!condition.text.is_empty()).then_some(condition.text))
            .set_expression_attribute_values(some(condition.values))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(e) if is_refused(e.as_service_error().and_then(|e| e.meta().code())) => Ok(false),
            Err(e) => Err(call("DeleteItem", e)),
        }
    }

    /// Deletes a row and gives what it held. Of many who take the same row one gets it.
    pub(crate) async fn take(&self, key: &Key) -> Result<Option<Item>, Error> {
        let output = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key_map(key)))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|e| call("DeleteItem", e))?;
        Ok(output.attributes.map(Item))
    }

    /// Does all steps or none.
    pub(crate) async fn transact(&self, actions: Vec<Action>) -> Result<Outcome, Error> {
        let items = actions
            .into_iter()
            .map(|action| self.step(action))
            .collect::<Result<Vec<_>, Error>>()?;
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(Outcome::Done);
        };
        let cancelled = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(it)) => it,
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
                return Ok(Outcome::Busy);
            }
            _ => return Err(call("TransactWriteItems", error)),
        };
        let reasons = cancelled.cancellation_reasons();
        let refused: Vec<_> = (0..)
            .zip(reasons)
            .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
            .map(|(step, reason)| (step, reason.item.clone().map(Item)))
            .collect();
        if !refused.is_empty() {
            return Ok(Outcome::Refused(refused));
        }
        let busy = [
            "TransactionConflict",
            "ThrottlingError",
            "ProvisionedThroughputExceeded",
        ];
        if reasons
            .iter()
            .any(|reason| reason.code().is_some_and(|code| busy.contains(&code)))
        {
            return Ok(Outcome::Busy);
        }
        Err(call("TransactWriteItems", error))
    }

    fn step(&self, action: Action) -> Result<TransactWriteItem, Error> {
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let build = |e| Error::corrupt("step of a transaction", e);
        let step = TransactWriteItem::builder();
        Ok(match action {
            Action::Put(item, condition) => {
                let condition = condition.unwrap_or_default();
                let put = Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(item.0))
                    .set_condition_expression(
                        (!condition.text.is_empty()).then_some(condition.text),
                    )
                    .set_expression_attribute_values(some(condition.values))
                    .return_values_on_condition_check_failure(old);
                step.put(put.build().map_err(build)?).build()
            }
            Action::Update(key, update, condition) => {
                let update = Update::builder()
                    .table_name(&self.name)
                    .set_key(Some(key_map(&key)))
                    .update_expression(update.text)
                    .set_condition_expression(condition)
                    .set_expression_attribute_values(some(update.values))
                    .return_values_on_condition_check_failure(old);
                step.update(update.build().map_err(build)?).build()
            }
        })
    }
}

fn is_refused(code: Option<&str>) -> bool {
    code == Some("ConditionalCheckFailedException")
}
