//! The API in Lambda, behind API Gateway.

use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("api").await?;
    let mut config = api::Config::new(lambda.function.clone(), Arc::new(edge::fetch));
    config.public_url = edge::lambda::public_url()?;
    // CloudFront asks under API Gateway's name, so our own pages are known by their address.
    config.http.origins.push(config.public_url.clone());
    let app = api::App::new(lambda.store.clone(), config);
    lambda.run_http(api::router(app)).await
}
