-- The tables of Odoo that a customer-360 reads, with the columns that matter here and some that do not.
create table res_country (id integer primary key, code varchar(2), name jsonb);
create table res_currency (id integer primary key, name varchar not null, symbol varchar, active boolean);
create table res_partner (
    id integer primary key, name varchar, type varchar, email varchar, phone varchar, mobile varchar, is_company boolean, parent_id integer,
    ref varchar, vat varchar, website varchar, street varchar, city varchar, zip varchar, country_id integer, active boolean,
    company_id integer, create_uid integer, write_uid integer, create_date timestamp, write_date timestamp
);
create table product_template (
    id integer primary key, name jsonb not null, list_price numeric, active boolean, create_uid integer, write_uid integer,
    create_date timestamp, write_date timestamp
);
create table product_product (
    id integer primary key, product_tmpl_id integer not null, default_code varchar, active boolean, create_uid integer, write_uid integer,
    create_date timestamp, write_date timestamp
);
create table sale_order (
    id integer primary key, name varchar not null, partner_id integer not null, currency_id integer, state varchar, client_order_ref varchar,
    amount_untaxed numeric, amount_tax numeric, date_order timestamp not null, company_id integer not null default 1,
    create_uid integer, write_uid integer, create_date timestamp, write_date timestamp
);
create table sale_order_line (
    id integer primary key, order_id integer not null, product_id integer, product_uom_qty numeric not null, price_unit numeric not null,
    discount numeric, price_subtotal numeric, company_id integer, create_uid integer, write_uid integer, create_date timestamp, write_date timestamp
);
create table account_move (
    id integer primary key, name varchar, move_type varchar not null, state varchar not null, payment_state varchar, invoice_origin varchar,
    reversed_entry_id integer, partner_id integer, currency_id integer not null, amount_untaxed numeric, amount_tax numeric, invoice_date date,
    company_id integer, create_uid integer, write_uid integer, create_date timestamp, write_date timestamp
);
