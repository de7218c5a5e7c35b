with

associations as (

    select * from {{ source('raw_hubspot', 'contact_companies') }}

),

renamed as (

    select
        from_id as contact_id,
        to_ids as company_associations,
        _observed_at
    from associations

)

select * from renamed
