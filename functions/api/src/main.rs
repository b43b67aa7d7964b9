//! The API in Lambda, behind API Gateway.

use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("api").await?;
    let config = api::Config::new(lambda.function.clone(), Arc::new(edge::fetch));
    let app = api::App::new(lambda.store.clone(), config);
    lambda.run_http(api::router(app)).await
}
