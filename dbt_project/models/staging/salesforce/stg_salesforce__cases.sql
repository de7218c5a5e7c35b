with

case_records as (

    select * from {{ ref('stg_salesforce__case_records') }}

),

cases as (

    select
        'salesforce:' || case_id as case_id,
        case
            when contact_id is not null then {{ node_id('salesforce', 'contacts', ['contact_id']) }}
            else {{ node_id('salesforce', 'cases', ['case_id']) }}
        end as node_id,
        'salesforce' as source,

        case origin when 'phone' then 'voice' else origin end as channel,
        priority,
        -- orgs word their own statuses; whether one means closed, the vendor says itself
        case
            when is_closed then 'closed'
            when status = 'new' then 'new'
            when status like '%wait%' or status like '%hold%' or status like '%pending%' then 'pending'
            else 'open'
        end as status,

        created_at as opened_at,
        cast(null as {{ type_instant() }}) as first_solved_at,
        closed_at as solved_at,

        cast(null as bigint) as first_reply_minutes,
        cast(null as bigint) as reopens,
        cast(null as bigint) as replies,
        cast(null as bigint) as customer_replies,
        reason as issue_key,

        is_deleted

    from case_records

)

select * from cases
