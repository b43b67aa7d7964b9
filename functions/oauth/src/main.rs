//! `oauth` in Lambda, behind API Gateway.

#[tokio::main]
async fn main() -> Result<(), edge::lambda::Error> {
    let lambda = edge::lambda::start("oauth").await?;
    let app = oauth::App {
        store: lambda.store.clone(),
        function: lambda.function.clone(),
        transport: pull::https(),
        local: false,
        public_url: edge::lambda::public_url()?,
    };
    lambda.run_http(oauth::router(app)).await
}
