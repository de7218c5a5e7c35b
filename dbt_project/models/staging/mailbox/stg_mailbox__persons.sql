with

messages as (

    select * from {{ ref('stg_mailbox__messages') }}
    where kind = 'person'

),

-- a message is evidence of a person other systems know, never a person by itself. It leads to one: by the number it names,
-- else by its address; both at once would join two customers when one writes about the other's order
senders as (

    select
        {{ node_id('mailbox', 'messages', ['mail_id']) }} as node_id,
        'mailbox' as source,
        'messages' as resource,
        {{ record_key(['mail_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        case when sender_name like '%@%' then null else sender_name end as full_name,
        case when customer_number is null and ticket_number is null then sender_address end as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as {{ dbt.type_string() }}) as mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        true as is_reference,
        false as is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        written_at as first_seen_at,
        written_at as last_seen_at

    from messages

)

select * from senders
