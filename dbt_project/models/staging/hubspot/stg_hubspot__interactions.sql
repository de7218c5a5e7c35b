with

deals as (

    select * from {{ ref('stg_hubspot__deals') }}
    where not is_deleted and closed_at is not null

),

deal_contacts as (

    select * from {{ ref('stg_hubspot__deal_contact_links') }}

),

closed_deals as (

    select
        case when deals.is_closed_won then 'deal_won' else 'deal_lost' end as event,
        {{ node_id('hubspot', 'contacts', ['deal_contacts.contact_id']) }} as node_id,
        deals.closed_at as occurred_at,
        cast(null as {{ dbt.type_string() }}) as channel,
        'hubspot' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        deals.deal_stage as outcome,
        'hubspot:' || deals.deal_id as reference
    from deals
    inner join deal_contacts on deals.deal_id = deal_contacts.deal_id
    where deals.is_closed_won or deals.deal_stage like '%lost%'

)

select * from closed_deals
