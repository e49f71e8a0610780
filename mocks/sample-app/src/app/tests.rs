mod cookie_storage;
mod requests;
mod routes;
mod sessions;
mod sign_out;
mod stub;
mod tokens;
mod trouble;
