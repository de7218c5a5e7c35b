with customers as (

    select * from {{ ref('dim_customers') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

orders as (

    select * from {{ ref('int_customer__orders') }}

),

subscriptions as (

    select * from {{ ref('int_customer__subscriptions') }}

),

churn as (

    select * from {{ ref('int_customer__churn') }}

),

scores as (

    select * from {{ ref('int_customer__latest_scores') }}

),

cases as (

    select * from {{ ref('int_customer__cases') }}

),

profiles as (

    select * from {{ ref('profile_history') }} where is_current

),

contacts as (

    select * from {{ ref('int_journey__customer_contacts') }}

),

first_touches as (

    select * from {{ ref('int_journey__first_touches') }}

),

segments as (

    select * from {{ ref('customer_segments') }}

),

contact_today as (

    select * from {{ ref('contact_today') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

-- every joined model has one row per customer, so nothing multiplies
customer_360 as (

    select
        customers.customer_id,
        customers.account_id,

        customers.full_name,
        customers.first_name,
        customers.last_name,
        customers.email,
        customers.phone,
        customers.city,
        customers.postal_code,
        customers.country_code,
        accounts.name as account_name,
        case
            when customers.became_customer_at is not null then 'customer'
            when customers.lead_created_at is not null then 'lead'
            else 'contact'
        end as customer_type,
        coalesce(customers.acquisition_source, 'unknown') as acquisition_source,
        coalesce(profiles.profile, 'unknown') as profile,
        coalesce(profiles.reason, 'has said nothing yet') as profile_reason,
        coalesce(profiles.reason_code, 'nothing_said') as profile_reason_code,
        churn.churn_basis,
        coalesce(first_touches.first_touch_channel, 'unknown') as first_touch_channel,
        first_touches.first_touch_campaign,
        segments.life_cycle_stage,
        segments.rfm_segment,
        segments.rfm_cell,
        segments.persona,
        segments.preferred_channel,
        contact_today.reason_code as contact_reason_code,

        coalesce(orders.order_count, 0) as order_count,
        coalesce(orders.net_revenue_reporting, 0) as net_revenue_reporting,
        coalesce(orders.refunded_reporting, 0) as refunded_reporting,
        coalesce(subscriptions.current_mrr, 0) as current_mrr,
        coalesce(subscriptions.active_subscriptions, 0) as active_subscriptions,
        coalesce(cases.case_count, 0) as case_count,
        coalesce(cases.open_case_count, 0) as open_case_count,
        coalesce(contacts.touchpoint_count, 0) as touchpoint_count,
        coalesce(contacts.channel_count, 0) as channel_count,
        scores.latest_nps_score,
        scores.latest_csat_score,
        scores.latest_ces_score,
        {{ days_between(local_date('orders.last_ordered_at'), 'as_of.as_of_on') }} as days_since_last_order,
        {{ days_between(local_date('contacts.last_touchpoint_at'), 'as_of.as_of_on') }} as days_since_last_touchpoint,
        customers.source_count,
        customers.record_count,

        customers.is_test,
        customers.is_opted_out,
        coalesce(churn.is_churned, false) as is_churned,

        first_touches.first_touch_at,
        customers.lead_created_at,
        customers.became_customer_at,
        customers.first_seen_at,
        customers.last_seen_at,
        orders.first_ordered_at,
        orders.last_ordered_at,
        subscriptions.paid_until_at,
        churn.churned_at,
        scores.latest_nps_at,
        scores.latest_csat_at,
        scores.latest_ces_at,
        cases.last_case_opened_at,
        contacts.first_touchpoint_at,
        contacts.last_touchpoint_at,
        contacts.last_inbound_at,
        profiles.valid_from as profile_since_at
    from customers
    cross join as_of
    left join accounts on customers.account_id = accounts.account_id
    left join orders on customers.customer_id = orders.customer_id
    left join subscriptions on customers.customer_id = subscriptions.customer_id
    left join churn on customers.customer_id = churn.customer_id
    left join scores on customers.customer_id = scores.customer_id
    left join cases on customers.customer_id = cases.customer_id
    left join profiles on customers.customer_id = profiles.customer_id
    left join contacts on customers.customer_id = contacts.customer_id
    left join first_touches on customers.customer_id = first_touches.customer_id
    left join segments on customers.customer_id = segments.customer_id
    left join contact_today on customers.customer_id = contact_today.customer_id

)

select * from customer_360
