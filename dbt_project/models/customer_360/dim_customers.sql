with

members as (

    select * from {{ ref('int_customer_360__members') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

survivorship as (

    select * from {{ ref('survivorship') }}

),

customer_accounts as (

    select * from {{ ref('int_customer_360__customer_accounts') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

billing_periods as (

    select * from {{ ref('fct_billing_periods') }}

),

-- each record with how much its word counts for a field: live before deleted, trusted source first, newest first
ranked as (

    select
        members.customer_id,
        records.*,
        {{ survivorship_rank('name') }} as name_rank,
        {{ survivorship_rank('contact') }} as contact_rank,
        {{ survivorship_rank('address') }} as address_rank
    from members
    inner join records on members.node_id = records.node_id
    left join survivorship on records.source = survivorship.source

),

survivors as (

    select
        customer_id,

        min_by(first_name, name_rank) filter (where first_name is not null and last_name is not null) as first_name,
        min_by(last_name, name_rank) filter (where first_name is not null and last_name is not null) as last_name,
        min_by(first_name, name_rank) filter (where first_name is not null) as any_first_name,
        min_by(last_name, name_rank) filter (where last_name is not null) as any_last_name,
        min_by(email, contact_rank) filter (where email is not null) as email,
        min_by(coalesce(phone_digits, mobile_phone_digits), contact_rank)
        filter (where coalesce(phone_digits, mobile_phone_digits) is not null) as phone_digits,
        min_by(node_id, address_rank) filter (where coalesce(city, postal_code) is not null) as address_node_id,
        min_by(country_code, address_rank) filter (where country_code is not null) as any_country_code,
        min_by(acquisition_source, lead_created_at)
        filter (where acquisition_source is not null and not is_deleted) as acquisition_source,

        min(lead_created_at) filter (where not is_deleted) as lead_created_at,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,

        count(distinct source) as source_count,
        count(*) as record_count,

        bool_and(is_test) filter (where not is_reference) as has_only_test_records,
        bool_or(is_opted_out) as is_opted_out

    from ranked
    group by customer_id

),

order_history as (

    select
        customer_id,
        min(ordered_at) filter (where status = 'paid' and not is_test) as first_paid_order_at,
        bool_or(is_test) as has_test_orders
    from orders
    group by customer_id

),

billing_history as (

    select
        customer_id,
        min(period_start_at) as first_paid_period_at
    from billing_periods
    where not is_trial and not is_uncollectible and mrr_minor > 0
    group by customer_id

),

customers as (

    select
        survivors.customer_id,

        nullif(trim(
            coalesce(survivors.first_name, survivors.any_first_name, '') || ' '
            || coalesce(survivors.last_name, survivors.any_last_name, '')
        ), '') as full_name,
        coalesce(survivors.first_name, survivors.any_first_name) as first_name,
        coalesce(survivors.last_name, survivors.any_last_name) as last_name,
        lower(survivors.email) as email,
        '+' || survivors.phone_digits as phone,
        addresses.city,
        addresses.postal_code,
        coalesce(addresses.country_code, survivors.any_country_code) as country_code,
        customer_accounts.account_id,
        survivors.acquisition_source,

        survivors.lead_created_at,
        least(order_history.first_paid_order_at, billing_history.first_paid_period_at) as became_customer_at,
        survivors.first_seen_at,
        survivors.last_seen_at,

        survivors.source_count,
        survivors.record_count,

        coalesce(survivors.has_only_test_records, false)
        -- whoever placed test orders and never paid
        or coalesce(
            order_history.has_test_orders
            and order_history.first_paid_order_at is null
            and billing_history.first_paid_period_at is null,
            false
        ) as is_test,
        survivors.is_opted_out

    from survivors
    left join records as addresses on survivors.address_node_id = addresses.node_id
    left join customer_accounts on survivors.customer_id = customer_accounts.customer_id
    left join order_history on survivors.customer_id = order_history.customer_id
    left join billing_history on survivors.customer_id = billing_history.customer_id

)

select * from customers
