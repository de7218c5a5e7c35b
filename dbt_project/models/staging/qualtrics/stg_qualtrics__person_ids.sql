with

responses as (

    select * from {{ ref('stg_qualtrics__responses') }}
    where is_real

),

-- invitations carry the ERP's customer number as external reference
person_ids as (

    select
        {{ node_id('qualtrics', 'responses', ['response_id']) }} as node_id,
        'erp_customer_number' as identifier_type,
        external_reference as identifier_value,
        false as is_issuer
    from responses
    where external_reference is not null

)

select * from person_ids
