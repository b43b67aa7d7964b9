//! Our registrations at the sources: one secret, written by whoever runs the product.

use crate::error::{Error, call};
use crate::tenant::Store;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use secrecy::{ExposeSecret, SecretString};

impl Store {
    fn apps_name(&self) -> String {
        format!("{}/apps", self.names().secret)
    }

    /// The registrations, as they were written; `None` where nobody has written any.
    pub async fn source_apps(&self) -> Result<Option<SecretString>, Error> {
        let request = self.aws().secrets.get_secret_value();
        match request.secret_id(self.apps_name()).send().await {
            Ok(output) => Ok(output.secret_string.map(SecretString::from)),
            Err(error) => match error.as_service_error() {
                Some(GetSecretValueError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(call("GetSecretValue", error)),
            },
        }
    }

    /// Writes the registrations, on one machine; elsewhere whoever runs the product does.
    pub async fn put_source_apps(&self, text: &SecretString) -> Result<(), Error> {
        let secrets = &self.aws().secrets;
        let put = secrets
            .put_secret_value()
            .secret_id(self.apps_name())
            .secret_string(text.expose_secret());
        let Err(error) = put.send().await else {
            return Ok(());
        };
        let created = secrets
            .create_secret()
            .name(self.apps_name())
            .secret_string(text.expose_secret())
            .send()
            .await;
        // Where it could not be made either, the first answer says more.
        created.map(drop).map_err(|_| call("PutSecretValue", error))
    }
}
