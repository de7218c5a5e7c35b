with

organisations as (

    select * from {{ ref('stg_netsuite__customers') }}
    where not is_person and not is_deleted

),

addresses as (

    select * from {{ ref('stg_netsuite__addresses') }}

),

accounts as (

    select
        'netsuite:' || organisations.customer_id as account_key,
        'netsuite' as source,
        organisations.company_name as name,
        {{ web_domain('organisations.url') }} as domain,
        organisations.vat_number as registry_id,
        addresses.country,
        organisations.category as industry,
        'netsuite:' || organisations.parent_id as parent_key
    from organisations
    left join addresses on organisations.address_id = addresses.address_id

)

select * from accounts
