//! `webhook` in Lambda, behind API Gateway.

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("webhook").await?;
    let config = webhook::Config::from_environment(lambda.function.clone())?;
    let app = webhook::App::new(lambda.store.clone(), config);
    lambda.run_http(webhook::router(app)).await
}
