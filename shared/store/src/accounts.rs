//! Which connection of a tenant has an account of a source. Two would each write the other's rows.

use crate::connections::{Connection, ConnectionStatus};
use crate::documents::Document;
use crate::error::Error;
use crate::tenant::Tenant;
use model::ConnectionId;
use serde::{Deserialize, Serialize};

/// How often an account is looked at again because somebody else takes it.
const MOST_TRIES: u32 = 10;

/// Who has an account.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    /// The namespace its ids are derived in: `hubspot:4411223`.
    space: String,
    by: ConnectionId,
}

impl Document for Held {
    const PARTITION: &'static str = "XA";
    const WHAT: &'static str = "account";
    fn id(&self) -> String {
        self.space.clone()
    }
}

fn is_live(connection: &Connection) -> bool {
    connection.status != ConnectionStatus::Disabled
}

impl Tenant {
    /// Takes an account of a source for a connection that is kept already. Of all that ask for one
    /// at the same time one gets it, and keeps it until it is disconnected; the others get the one
    /// that has it.
    pub async fn take_account(
        &self,
        connection: &Connection,
        account: &str,
    ) -> Result<Option<Connection>, Error> {
        let mine = Held {
            space: Connection::space_of(&connection.source, account),
            by: connection.id,
        };
        // Those that were connected before anybody wrote down who has what.
        let all = self.documents::<Connection>().await?;
        let mut others = all.into_iter().map(|stored| stored.value);
        let twin = others.find(|it| it.id != mine.by && it.space == mine.space && is_live(it));
        if twin.is_some() {
            return Ok(twin);
        }
        let mut tries = 0;
        loop {
            let held = self.find_document::<Held>(&mine.space).await?;
            let mine = Held {
                space: mine.space.clone(),
                ..mine
            };
            let taken = match held {
                None => self.create_document(mine).await,
                Some(held) if held.value.by == mine.by => return Ok(None),
                Some(held) => {
                    let by = held.value.by.to_string();
                    let holder = self.find_document::<Connection>(&by).await?;
                    if let Some(holder) = holder.filter(|it| is_live(&it.value)) {
                        return Ok(Some(holder.value));
                    }
                    self.replace_document(mine, held.rev).await
                }
            };
            match taken {
                Ok(_) => return Ok(None),
                Err(Error::Exists { .. } | Error::Changed { .. }) if tries < MOST_TRIES => {
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
