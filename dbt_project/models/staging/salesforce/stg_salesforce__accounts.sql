with

account_records as (

    select * from {{ ref('stg_salesforce__account_records') }}
    where not is_deleted

),

accounts as (

    select
        'salesforce:' || account_id as account_key,
        'salesforce' as source,

        name,
        domain,
        vat_number as registry_id,
        country,
        industry,
        'salesforce:' || parent_id as parent_key

    from account_records

)

select * from accounts
