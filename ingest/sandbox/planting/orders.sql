-- The shop: orders, the one or two invoices each becomes, what is paid and what is credited. Amounts are planned in minor units.

create temp table shop_order as
with visits as (
    select
        *, least(1 + floor(exponential(person_no, 'loyalty') / 0.36)::int, 14) as visit_count
    from erp_customer where first_shop_at is not null
), timed as (
    select
        v.*, k,
        sum(if(k = 0, 0, 8 + 75 * exponential(person_no, 'gap' || k))) over (partition by person_no order by k) as days_since_first
    from visits v, range(14) t(k) where k < visit_count
)
select
    t.* exclude (days_since_first, visit_count), c.minor_digits, c.price_factor,
    person_no * 16 + k as order_key,
    days_later(first_shop_at, days_since_first) as ordered_at,
    'SO' || (1000000 + order_key) as order_number, guid('order', order_key) as order_id,
    rnd(order_key, 'fate') as fate,
    case when is_test or fate < 0.78 then 'paid' when fate < 0.93 then 'paid later' when fate < 0.955 then 'cancelled' when fate < 0.965 then 'draft, then paid'
         when fate < 0.975 then 'draft, then dropped' when fate < 0.985 then 'never posted' else 'never paid' end as fate_name,
    if(fate_name = 'never posted', null, ordered_at + to_milliseconds(floor(7200000 + 170000000 * rnd(order_key, 'posting'))::bigint)) as posted_at,
    1 + floor(rnd(order_key, 'lines') * 3)::int as line_count,
    fate_name in ('paid', 'paid later') and not is_test and line_count > 1 and rnd(order_key, 'split') < 0.05 as is_split,
    if(is_split, days_later(posted_at, 2 + 4 * rnd(order_key, 'rest')), posted_at) as last_posted_at,
    not is_split and rnd(order_key, 'discount') < 0.15 as has_discount,
    case country when 'US' then 0.08 when 'GB' then 0.2 when 'JP' then 0.1 when 'AT' then 0.2 else 0.19 end as tax_rate
from timed t join currency c on c.code = t.currency
where days_later(first_shop_at, days_since_first) < getvariable('plan_end');

create temp table order_line as
select
    order_key, line_no, if(is_split and line_no > 1, 2, 1) as part, g.item_no, g.id as item_id, g.name, o.minor_digits,
    1 + (rnd(order_key, 'qty' || line_no) < 0.2)::int as quantity,
    round(g.price_minor * o.price_factor)::bigint as unit_minor,
    quantity * unit_minor as line_minor
from (select *, unnest(range(1, line_count + 1))::int as line_no from shop_order) o
join good g on g.item_no = 1 + floor(rnd(order_key, 'good' || line_no) * 24)::int;

create temp table order_part as
select
    order_key, part, sum(line_minor)::bigint as gross_minor,
    '[' || string_agg(
        '{"id":"' || guid('line', order_key * 10 + line_no) || '","sequence":' || line_no * 10000 || ',"itemId":"' || item_id
        || '","lineType":"Item","lineObjectNumber":"' || (1000 + item_no) || '","description":"' || name || '","quantity":' || quantity
        || ',"unitPrice":' || unit_minor / pow(10, minor_digits) || ',"discountAmount":0,"netAmount":' || line_minor / pow(10, minor_digits) || '}',
        ',' order by line_no) || ']' as lines
from order_line group by order_key, part;

create temp table invoice_plan as
select
    o.*, part, lines,
    order_key * 2 + part - 1 as invoice_key,
    guid('invoice', invoice_key) as invoice_id,
    'PSI' || (2000000 + invoice_key) as invoice_number,
    if(has_discount, round(gross_minor * 0.1)::bigint, 0) as discount_minor,
    gross_minor - discount_minor as net_minor,
    round(net_minor * tax_rate)::bigint as tax_minor,
    if(part = 1, posted_at, last_posted_at) as told_at,
    -- Some invoices are entered days after their own date.
    berlin_day(told_at) - if(rnd(invoice_key, 'backdated') < 0.01, 5, 0) as invoice_date,
    case fate_name when 'paid' then told_at when 'paid later' then days_later(told_at, 1 + 20 * rnd(invoice_key, 'pays'))
        when 'draft, then paid' then days_later(told_at, 3) end as paid_at,
    case fate_name when 'cancelled' then days_later(told_at, 0.5 + 9 * rnd(invoice_key, 'cancels')) when 'draft, then dropped' then days_later(told_at, 10) end as ended_at
from shop_order o join order_part using (order_key) where posted_at < getvariable('plan_end');

create temp table invoice_version as
select
    *,
    case when tick >= paid_at then 'Paid' when tick >= ended_at and fate_name = 'cancelled' then 'Canceled' when fate_name like 'draft%' then 'Draft' else 'Open' end as status,
    coalesce(tick >= ended_at and fate_name = 'draft, then dropped', false) as is_gone,
    if(is_test, 'TEST-', 'WEB-') || lpad(order_key::varchar, 8, '0') as document
from (select *, unnest(list_distinct(list_filter([told_at, paid_at, ended_at], x -> x is not null))) as tick from invoice_plan)
where tick < getvariable('plan_end');

insert into vendor.business_central__sales_invoices by name
select
    invoice_id as id, getvariable('bc_company_id') as company_id, invoice_number as number, document as external_document_number,
    erp_id as customer_id, erp_number as customer_number, if(currency = 'EUR', '', currency) as currency_code, status,
    discount_minor / pow(10, minor_digits) as discount_amount, net_minor / pow(10, minor_digits) as total_amount_excluding_tax,
    tax_minor / pow(10, minor_digits) as total_tax_amount, (net_minor + tax_minor) / pow(10, minor_digits) as total_amount_including_tax,
    order_number, invoice_date, invoice_date + 14 as due_date, lines, tick as last_modified_at, tick as _visible_at, is_gone as _is_gone
from invoice_version;

create table truth.invoice_versions as
select
    'business_central' as source, order_number as order_key, invoice_number as invoice_key, person_id, lower(status) as status, is_test, currency,
    net_minor, invoice_date as ordered_on, berlin_midnight(invoice_date)::timestamptz as ordered_at, tick::timestamptz as visible_at, is_gone
from invoice_version;

-- Open orders: posting (or giving up) takes them off the list.
insert into vendor.business_central__sales_orders by name
with totals as (
    select order_key, sum(gross_minor) as gross, list_reduce(list(lines order by part), (a, b) -> a[:-2] || ',' || b[2:]) as lines
    from order_part group by order_key
)
select
    order_id as id, getvariable('bc_company_id') as company_id, order_number as number,
    if(is_test, 'TEST-', 'WEB-') || lpad(order_key::varchar, 8, '0') as external_document_number,
    erp_id as customer_id, erp_number as customer_number, if(currency = 'EUR', '', currency) as currency_code,
    if(tick = ordered_at, 'Draft', 'Open') as status,
    if(has_discount, round(gross * 0.1), 0) / pow(10, minor_digits) as discount_amount,
    (gross - if(has_discount, round(gross * 0.1), 0)) / pow(10, minor_digits) as total_amount_excluding_tax,
    round((gross - if(has_discount, round(gross * 0.1), 0)) * tax_rate) / pow(10, minor_digits) as total_tax_amount,
    total_amount_excluding_tax + total_tax_amount as total_amount_including_tax,
    berlin_day(ordered_at) as order_date, false as fully_shipped, lines, tick as last_modified_at, tick as _visible_at,
    tick >= coalesce(last_posted_at, days_later(ordered_at, 20)) as _is_gone
from (select *, unnest([ordered_at, ordered_at + to_minutes(50), coalesce(last_posted_at, days_later(ordered_at, 20))]) as tick from shop_order)
join totals using (order_key)
where tick < getvariable('plan_end');

create table truth.test_order_versions as
select person_id, ordered_at::timestamptz as visible_at from shop_order where is_test;

create temp table credit_memo as
select
    *, guid('credit', invoice_key) as credit_id, 'PSCR' || (3000000 + invoice_key) as credit_number,
    days_later(paid_at, 5 + 35 * rnd(invoice_key, 'credit delay')) as credited_at,
    if(rnd(invoice_key, 'whole credit') < 0.6, net_minor, greatest(round(net_minor * 0.35)::bigint, 1)) as credit_minor,
    round(credit_minor * tax_rate)::bigint as credit_tax_minor,
    case when rnd(invoice_key, 'credit fate') < 0.9 then 'Paid' when rnd(invoice_key, 'credit fate') < 0.96 then 'Draft' else 'Canceled' end as credit_fate
from invoice_plan where paid_at is not null and rnd(invoice_key, 'credited') < 0.05;

-- Drafts wait nine days to be posted; cancelled ones were posted at first.
create temp table credit_version as
select *, case when tick = credited_at then if(credit_fate = 'Draft', 'Draft', 'Paid') when credit_fate = 'Canceled' then 'Canceled' else 'Paid' end as credit_status
from (select *, unnest(if(credit_fate = 'Paid', [credited_at], [credited_at, days_later(credited_at, 9)])) as tick from credit_memo)
where tick < getvariable('plan_end');

insert into vendor.business_central__sales_credit_memos by name
select
    credit_id as id, getvariable('bc_company_id') as company_id, credit_number as number, '' as external_document_number, erp_id as customer_id,
    erp_number as customer_number, if(currency = 'EUR', '', currency) as currency_code, credit_status as status, 0 as discount_amount,
    credit_minor / pow(10, minor_digits) as total_amount_excluding_tax, credit_tax_minor / pow(10, minor_digits) as total_tax_amount,
    (credit_minor + credit_tax_minor) / pow(10, minor_digits) as total_amount_including_tax, invoice_id, invoice_number,
    berlin_day(credited_at) as credit_memo_date, tick as last_modified_at, tick as _visible_at, false as _is_gone
from credit_version;

create table truth.refund_versions as
select
    'business_central' as source, order_number as order_key, credit_number as refund_key, credit_minor as refund_minor, credit_status = 'Paid' as counts,
    tick::timestamptz as visible_at
from credit_version;

-- One payment in fifty is entered three weeks late with its old posting date.
insert into vendor.business_central__customer_payments by name
select
    guid('payment', invoice_key) as id, getvariable('bc_company_id') as company_id, erp_id as customer_id, erp_number as customer_number,
    berlin_day(paid_at) as posting_date, 'PAY' || (4000000 + invoice_key) as document_number, (net_minor + tax_minor) / pow(10, minor_digits) as amount,
    invoice_id as applies_to_invoice_id, invoice_number as applies_to_invoice_number, tick as last_modified_at, tick as _visible_at, false as _is_gone
from (select *, if(rnd(invoice_key, 'late payment') < 0.02, days_later(paid_at, 21), paid_at + to_minutes(3)) as tick from invoice_plan where paid_at is not null)
where tick < getvariable('plan_end');

insert into truth.record_owner
select 'business_central', 'sales_orders', getvariable('bc_company_id') || '/' || order_id, person_id from shop_order
union all
select 'business_central', 'sales_invoices', getvariable('bc_company_id') || '/' || invoice_id, person_id from invoice_plan;
